/** Does Istio's DNS proxy answer for this pod? The injector writes the proxy's metadata into its environment. */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Probe } from '../probe.ts';
import { items, text } from '../shared/fields.ts';
import { podName, podOf, sight } from '../shared/mesh.ts';
import { specContainer } from '../shared/pod-parts.ts';
import { hasProxy, type Judgement, say, seen } from '../shared/traffic.ts';

const CAPTURE = 'ISTIO_META_DNS_CAPTURE';
/** What Go's strconv.ParseBool takes for true; anything that it does not know leaves the default, which is off. */
const TRUE = ['1', 't', 'T', 'true', 'True', 'TRUE'];

export const dnsCapture: Probe = {
  reads: ['pods'],
  needs: ['namespace', 'pod'],
  answers: ['on', 'off'],
  async look(reader, facts) {
    const pod = await podOf(reader, facts);
    return pod ? judgeCapture(pod) : seen(sight('pods', facts.namespace!, 'no pod of this name'));
  },
};

/**
 * Of an ambient pod its node's istio-cni decides, and in a pod without either nobody could answer. An environment
 * without the injector's own PROXY_CONFIG is not what the injector wrote, so what it lacks says nothing.
 */
export function judgeCapture(pod: KubeObject): Judgement {
  if (!hasProxy(pod)) return seen(sight(podName(pod), 'containers', 'no istio-proxy'));
  const env = items(specContainer(pod, 'istio-proxy'), 'env');
  const named = (name: string) => env.filter((one) => text(one, 'name') === name);
  // Of two of one name Kubernetes takes the last.
  const own = named(CAPTURE).at(-1);
  const shown = sight(podName(pod), `istio-proxy env ${CAPTURE}`, own ? text(own, 'value') : 'absent');
  if (!own) return named('PROXY_CONFIG').length > 0 ? say('off', [shown]) : seen(shown);
  const value = text(own, 'value');
  return value === '' ? seen(shown) : say(TRUE.includes(value) ? 'on' : 'off', [shown]);
}
