/** Who signs the certificates of the mesh, as far as proxies, istiod's pods and its log tell without any Secret? */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Probe, Sight } from '../probe.ts';
import { items, namespaceOf, text } from '../shared/fields.ts';
import { istiodPodsOf, readIstiodLogs } from '../shared/istiod-lines.ts';
import { podName, podOf, sight } from '../shared/mesh.ts';
import { latest, lineSight, type TimedLog } from '../shared/timed-lines.ts';
import { hasProxy, type Judgement, say, seen } from '../shared/traffic.ts';

export const caProvider: Probe = {
  reads: ['pods', 'pods/log'],
  needs: ['namespace'],
  answers: ['istio-csr', 'google', 'aks-key-vault', 'plugged-in', 'self-signed'],
  async look(reader, facts) {
    const pod = await podOf(reader, facts);
    const istiods = await istiodPodsOf(reader, facts);
    const byProxy = judgeProxyEnv(pod && hasProxy(pod) ? pod : undefined);
    if (byProxy.candidates.length > 0) return byProxy;
    const byPod = judgeIstiodPods(istiods);
    if (byPod.candidates.length > 0) return byPod;
    return judgeCaLog(istiods, await readIstiodLogs(reader, istiods));
  },
};

/** A proxy is told where to have its certificate signed, unless that is istiod. */
export function judgeProxyEnv(pod: KubeObject | undefined): Judgement {
  if (!pod) return seen(sight('pods', 'istio-proxy', 'not seen'));
  const all = [...items(pod, 'spec', 'initContainers'), ...items(pod, 'spec', 'containers')];
  const env = envOf(all.find((one) => text(one, 'name') === 'istio-proxy'));
  const address = env.get('CA_ADDR') ?? '';
  const provider = env.get('CA_PROVIDER') ?? '';
  const sights: Sight[] = [
    sight(podName(pod), 'env CA_ADDR', address || 'absent'),
    sight(podName(pod), 'env CA_PROVIDER', provider || 'absent'),
  ];
  if (/istio-csr/.test(address)) return say('istio-csr', sights);
  if (/^Google|^Gke/i.test(provider) || /\.googleapis\.com(?::\d+)?$/.test(address))
    return say('google', sights);
  return seen(...sights);
}

function envOf(container: unknown): ReadonlyMap<string, string> {
  return new Map(items(container, 'env').map((one) => [text(one, 'name'), text(one, 'value')]));
}

/** The AKS add-on mounts the Key Vault's secrets into istiod by this driver. */
export function judgeIstiodPods(istiods: readonly KubeObject[]): Judgement {
  for (const pod of istiods.filter((one) => namespaceOf(one) === 'aks-istio-system')) {
    const volume = items(pod, 'spec', 'volumes').find(
      (one) => text(one, 'csi', 'driver') === 'secrets-store.csi.k8s.io',
    );
    if (volume)
      return say('aks-key-vault', [
        sight(podName(pod), `volume ${text(volume, 'name')}`, 'secrets-store.csi.k8s.io'),
      ]);
  }
  return seen(sight('pods', 'app=istiod', String(istiods.length)));
}

/** What istiod says when it makes its CA, once at its start (pilot/pkg/bootstrap/istio_ca.go). */
const SELF_SIGNED = /Use self-signed certificate as the CA certificate/;
const PLUGGED_IN = /Use local CA certificate|Use plugged-in cert at/;

/** An RA signs nothing itself; what is behind it, istiod's pod does not tell. */
export function judgeCaLog(istiods: readonly KubeObject[], logs: readonly TimedLog[]): Judgement {
  const external = istiods.find((pod) =>
    items(pod, 'spec', 'containers').some((one) => (envOf(one).get('EXTERNAL_CA') ?? '') !== ''),
  );
  if (external) return seen(sight(podName(external), 'env EXTERNAL_CA', 'set'));
  const said = logs.flatMap(({ lines }) => {
    const own = latest(lines.filter(({ text: line }) => SELF_SIGNED.test(line) || PLUGGED_IN.test(line)));
    return own ? [own] : [];
  });
  const kinds = new Set(said.map((line) => (SELF_SIGNED.test(line.text) ? 'self-signed' : 'plugged-in')));
  const [kind] = kinds;
  const sights = [sight('pods', 'app=istiod', `${logs.length} logs read`), ...said.map(lineSight)];
  return kind !== undefined && kinds.size === 1 ? say(kind, said.map(lineSight)) : seen(...sights);
}
