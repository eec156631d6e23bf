/** How does this cluster's Prometheus find the proxies? */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Probe } from '../probe.ts';
import { annotationsOf, at, items, text } from '../shared/fields.ts';
import { podName, podOf, sight } from '../shared/mesh.ts';
import { hasProxy, type Judgement, say, seen } from '../shared/traffic.ts';

const OPERATOR = 'monitoring.coreos.com';
/** Azure's managed Prometheus has monitors of its own group. */
const AZURE = 'azmonitoring.coreos.com';
const SCRAPE = 'prometheus.io/scrape';

export const prometheusScraping: Probe = {
  reads: ['discovery', 'podmonitors.monitoring.coreos.com', 'servicemonitors.monitoring.coreos.com', 'pods'],
  needs: ['namespace'],
  answers: ['operator-no-monitor', 'annotations', 'aks'],
  async look(reader, facts) {
    const groups = await reader.groups();
    const hasOperator = groups.has(OPERATOR);
    const monitors = hasOperator
      ? [
          ...(await reader.list('podmonitors.monitoring.coreos.com')),
          ...(await reader.list('servicemonitors.monitoring.coreos.com')),
        ]
      : undefined;
    return judgeScraping(monitors, groups.has(AZURE), await podOf(reader, facts));
  },
};

/** `monitors` is undefined where the Prometheus Operator's kinds are not served. */
export function judgeScraping(
  monitors: readonly KubeObject[] | undefined,
  isAzure: boolean,
  pod: KubeObject | undefined,
): Judgement {
  if (monitors) {
    const own = monitors.filter(scrapesProxies);
    const sights = [sight(OPERATOR, 'monitors', `${monitors.length}, of the proxies ${own.length}`)];
    // Whether Prometheus selects a monitor, and what its targets say, is seen in Prometheus only.
    return own.length === 0 ? say('operator-no-monitor', sights) : seen(...sights);
  }
  if (isAzure) return say('aks', [sight('apis', AZURE, 'served')]);
  const absent = sight('apis', OPERATOR, 'not served');
  if (!pod || !hasProxy(pod)) return seen(absent);
  const scrape = annotationsOf(pod)[SCRAPE];
  const sights = [absent, sight(podName(pod), `annotations[${SCRAPE}]`, scrape ?? 'absent')];
  return scrape === 'true' ? seen(...sights) : say('annotations', sights);
}

/** By what every monitor of Istio's proxies names: their path, their port, their container. */
function scrapesProxies(monitor: KubeObject): boolean {
  const ends = [...items(monitor, 'spec', 'podMetricsEndpoints'), ...items(monitor, 'spec', 'endpoints')];
  return ends.some(
    (end) =>
      text(end, 'path').startsWith('/stats/prometheus') ||
      /envoy-prom|^15020$|^15090$/.test(text(end, 'port') || String(at(end, 'targetPort') ?? '')) ||
      items(end, 'relabelings').some((rule) => text(rule, 'regex').includes('istio-proxy')),
  );
}
