/** Does Envoy refuse the configuration, by its own log or by what it told istiod, and with which reason? */
import type { ClusterReader, KubeObject } from '../../cluster/reader.ts';
import type { Facts, Probe } from '../probe.ts';
import { nameOf, namespaceOf } from '../shared/fields.ts';
import { istiodPodsOf, readIstiodLogs } from '../shared/istiod-lines.ts';
import { linesOf } from '../shared/logs.ts';
import { istioNamespace, podOf, sight } from '../shared/mesh.ts';
import { policyName, rootNamespaces } from '../shared/policies.ts';
import {
  clockOf,
  latest,
  lineSight,
  type TimedLine,
  type TimedLog,
  timedLines,
} from '../shared/timed-lines.ts';
import { hasProxy, type Judgement, join, say, seen } from '../shared/traffic.ts';
import { isRejection, REJECTED_WITHIN } from './proxy-log.ts';

export const rejectedConfig: Probe = {
  reads: ['pods', 'pods/log', 'version', 'envoyfilters.networking.istio.io'],
  needs: ['namespace'],
  answers: ['envoy', 'nack', 'envoyfilter', 'conflict', 'certificate'],
  async look(reader, facts) {
    const proxies = await proxyLogOf(reader, facts);
    const istiods = await istiodPodsOf(reader, facts);
    const logs = istiods.length > 0 ? await readIstiodLogs(reader, istiods) : [];
    const now = await clockOf(reader, [...proxies, ...logs]);
    const filters = await reader.list('envoyfilters.networking.istio.io');
    const own = filters.filter((one) =>
      [facts.namespace!, ...rootNamespaces(facts)].includes(namespaceOf(one)),
    );
    return judgeRejected(proxies, logs, { now, filters: own, told: namespaceTold(facts) });
  },
};

async function proxyLogOf(reader: ClusterReader, facts: Facts): Promise<TimedLog[]> {
  const pod = await podOf(reader, facts);
  if (!pod || !hasProxy(pod)) return [];
  const lines = await linesOf(reader, pod, { container: 'istio-proxy', tail: 2000 });
  return lines ? [{ pod, lines: timedLines(lines.join('\n'), pod) }] : [];
}

/** The proxies whose refusals are the case's: of its namespace, of all where that is the mesh's own. */
function namespaceTold(facts: Facts): string | undefined {
  return facts.namespace === istioNamespace(facts) ? undefined : facts.namespace;
}

export interface RejectedView {
  /** Milliseconds. */
  readonly now: number;
  /** EnvoyFilters that may be the reason. */
  readonly filters: readonly KubeObject[];
  /** Only the proxies of this namespace; undefined for all. */
  readonly told: string | undefined;
}

/** The newest refusal of the last hour; what is refused still is said again within it. */
export function judgeRejected(
  proxies: readonly TimedLog[],
  istiods: readonly TimedLog[],
  { now, filters, told }: RejectedView,
): Judgement {
  const recent = (logs: readonly TimedLog[], is: (line: string) => boolean): TimedLine | undefined =>
    latest(
      logs.flatMap(({ lines }) => lines.filter((one) => is(one.text) && one.time >= now - REJECTED_WITHIN)),
    );
  const own = recent(proxies, isRejection);
  const nack = recent(istiods, (line) => isNackOf(line, told));
  const line = own ?? nack;
  if (!line)
    return seen(
      ...[...proxies, ...istiods].map(({ pod, lines }) =>
        sight(nameOf(pod), 'log', `${lines.length} lines read`),
      ),
      sight('logs', 'rejected', 'none of the last hour'),
    );
  const reason = reasonOf(line.text);
  const shown = [
    lineSight(line),
    ...filters.slice(0, 4).map((one) => sight(policyName('envoyfilter', one), 'metadata.name', nameOf(one))),
  ];
  return join(
    say('envoy', [lineSight(line)]),
    nack ? say('nack', [lineSight(nack)]) : seen(),
    // Only an EnvoyFilter writes what Envoy does not know; without any the reason is another.
    reason === undefined || (reason === 'envoyfilter' && filters.length === 0) ? seen() : say(reason, shown),
  );
}

/** `ACK ERROR pod.namespace-12 Internal:…`, pilot/pkg/xds/ads.go. */
function isNackOf(line: string, namespace: string | undefined): boolean {
  const id = /ACK ERROR (\S{1,320})-\d+ /.exec(line)?.[1];
  return id !== undefined && (namespace === undefined || id.endsWith(`.${namespace}`));
}

function reasonOf(line: string): string | undefined {
  if (/duplicate (?:listener|address)|has duplicate address|multiple filter chains with/i.test(line))
    return 'conflict';
  if (/Failed to load (?:certificate|private key|incomplete)|PEM_read_bio|KEY_VALUES_MISMATCH/i.test(line))
    return 'certificate';
  return /registered implementation|no such field|script load error/i.test(line) ? 'envoyfilter' : undefined;
}
