/** Is the calling pod told to use a forward proxy? */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Probe } from '../probe.ts';
import { at, items, text } from '../shared/fields.ts';
import { podName, sight } from '../shared/mesh.ts';
import { clientPodOf, containerNames, type Judgement, say, seen } from '../shared/traffic.ts';

const VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'];

export const egressProxy: Probe = {
  reads: ['pods'],
  needs: ['client-pod', 'client-namespace'],
  answers: ['proxy'],
  async look(reader, facts) {
    const pod = await clientPodOf(reader, facts);
    if (!pod) return seen(sight('pods', facts['client-namespace']!, 'no pod of this name'));
    return judgeEgressProxy(pod, facts.host ?? '');
  },
};

/** Only a variable that is there decides: an image, a file or code may name a proxy as well. */
export function judgeEgressProxy(pod: KubeObject, host: string): Judgement {
  const apps = items(pod, 'spec', 'containers').filter((one) => text(one, 'name') !== 'istio-proxy');
  const sights = apps.flatMap((container) => {
    const env = items(container, 'env');
    const exempt = env.find((one) => text(one, 'name').toUpperCase() === 'NO_PROXY');
    if (isExempt(host, text(exempt, 'value'))) return [];
    return env
      .filter((one) => VARIABLES.includes(text(one, 'name').toUpperCase()) && shown(one) !== '')
      .map((one) => sight(podName(pod), `${text(container, 'name')} env ${text(one, 'name')}`, shown(one)));
  });
  if (sights.length > 0) return say('proxy', sights);
  return seen(
    sight(podName(pod), 'containers', containerNames(pod)),
    ...apps.map((one) => sight(podName(pod), `${text(one, 'name')} env`, 'no HTTP_PROXY, no HTTPS_PROXY')),
  );
}

/** The proxy's address without the password that may stand before it. */
function shown(variable: unknown): string {
  const value = text(variable, 'value').replace(/\/\/[^/]*@/, '//');
  return value || (at(variable, 'valueFrom') === undefined ? '' : 'set from elsewhere');
}

/** Whether NO_PROXY sends this host past the proxy. */
function isExempt(host: string, list: string): boolean {
  const name = host.toLowerCase().replace(/:\d+$/, '');
  if (name === '') return false;
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .map((one) => one.replace(/^\*?\./, '').replace(/:\d+$/, ''))
    .some((one) => one !== '' && (one === '*' || name === one || name.endsWith(`.${one}`)));
}
