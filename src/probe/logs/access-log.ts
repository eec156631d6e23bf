/**
 * What do the access logs on the way of a call say about it? One probe a symptom: each looks for lines of its own kind.
 * None answers "no line": a log that turned over, another replica or a Telemetry filter leave none either.
 */
import type { ClusterReader, KubeObject } from '../../cluster/reader.ts';
import type { ReadId } from '../../cluster/resources.ts';
import type { FactName } from '../../pack/vocabulary.ts';
import type { Facts, Probe } from '../probe.ts';
import {
  type AccessLine,
  calledNames,
  isAbout,
  isPassedOn,
  lineFacts,
  lineSight,
  newest,
  originOf,
  readAccessLines,
  sameRequest,
} from '../shared/access-lines.ts';
import { labelsOf, nameOf } from '../shared/fields.ts';
import { sight } from '../shared/mesh.ts';
import { readServers } from '../shared/server-pods.ts';
import {
  clientPodOf,
  GATEWAY_NAME,
  hasProxy,
  isAmbient,
  isLive,
  type Judgement,
  seen,
} from '../shared/traffic.ts';

/** The lines about the call of a case, and whether its server has no proxy that could log anything. */
export interface Call {
  readonly lines: readonly AccessLine[];
  readonly isServerPlain: boolean;
}

const READS: readonly ReadId[] = ['pods', 'services', 'pods/log'];

export async function readCall(reader: ClusterReader, facts: Facts): Promise<Call> {
  const caller = await clientPodOf(reader, facts);
  const gateways = await gatewayPodsOf(reader, facts);
  const servers = facts.namespace ? (await readServers(reader, facts)).pods : [];
  const near = [...(caller ? [caller] : []), ...gateways];
  const isNear = new Set(near.map(nameOf));
  const server = servers.filter((pod) => !isNear.has(nameOf(pod)));
  const lines = await readAccessLines(reader, { near, server });
  const called = calledNames(facts);
  return {
    lines: lines.filter((line) => isAbout(line, called)),
    isServerPlain: servers.length > 0 && !servers.some((pod) => hasProxy(pod) || isAmbient(pod)),
  };
}

/** The pods of the gateway that a case names, by their names or by the labels that Istio and the Gateway API give. */
async function gatewayPodsOf(reader: ClusterReader, facts: Facts): Promise<KubeObject[]> {
  const { gateway, 'gateway-namespace': namespace } = facts;
  if (!gateway || !namespace) return [];
  const pods = await reader.list('pods', { namespace });
  return pods.filter((pod) => {
    const labels = labelsOf(pod);
    return (
      isLive(pod) &&
      hasProxy(pod) &&
      (nameOf(pod).startsWith(`${gateway}-`) ||
        [labels[GATEWAY_NAME], labels.app, labels.istio].includes(gateway))
    );
  });
}

/** An answer that a line shows; what the line says goes on to the next steps. */
export const told = (answer: string, ...lines: readonly AccessLine[]): Judgement => {
  const sights = lines.map(lineSight);
  return { candidates: [{ answer, sights, facts: lines[0] ? lineFacts(lines[0]) : {} }], sights };
};

/** What was read, where none of it decides. */
export function undecided(lines: readonly AccessLine[], line?: AccessLine): Judgement {
  const counted = sight('istio-proxy logs', 'access log lines about this call', String(lines.length));
  return seen(counted, ...(line ? [lineSight(line)] : []));
}

function accessLog(
  answers: readonly string[],
  needs: readonly FactName[],
  judge: (call: Call, facts: Facts) => Judgement,
): Probe {
  return {
    reads: READS,
    needs,
    answers,
    async look(reader, facts) {
      return judge(await readCall(reader, facts), facts);
    },
  };
}

/** Judges the newest line that `wanted` takes, at the proxy where its request failed. */
function judgeNewest(
  lines: readonly AccessLine[],
  wanted: (line: AccessLine) => boolean,
  answer: (line: AccessLine) => string | undefined,
): Judgement {
  const line = newest(lines.filter(wanted));
  if (!line) return undecided(lines);
  const origin = originOf(line, lines.filter(wanted));
  const found = answer(origin);
  if (found === undefined) return undecided(lines, origin);
  return told(found, origin, ...(origin === line ? [] : [line]));
}

const has = (line: AccessLine, ...flags: readonly string[]): boolean =>
  line.flags.some((flag) => flags.includes(flag));

export const accessLog503 = accessLog(
  ['tls', 'uf', 'uh', 'uc', 'uo', 'no-route', 'other', 'app'],
  ['namespace'],
  judge503,
);

export function judge503({ lines, isServerPlain }: Call): Judgement {
  return judgeNewest(
    lines,
    (line) => line.code === '503',
    (line) => {
      if (!isPassedOn(line)) return flagOf503(line);
      // "Passed on" at the caller may have been made by the server's proxy, so that one must have passed it on too.
      const byServer = sameRequest(line, lines).some((one) => one.side === 'server' && isPassedOn(one));
      return byServer || isServerPlain ? 'app' : undefined;
    },
  );
}

function flagOf503(line: AccessLine): string | undefined {
  const isTls = /TLS[_ ]error/i.test(`${line.details} ${line.tlsReason}`);
  if (isTls && has(line, 'UF', 'UC', 'UR')) return 'tls';
  if (has(line, 'UF', 'LR')) return 'uf';
  if (has(line, 'UH', 'LH')) return 'uh';
  if (has(line, 'UC', 'UR')) return 'uc';
  if (has(line, 'UO')) return 'uo';
  if (has(line, 'NR', 'NC')) return 'no-route';
  return line.flags.length > 0 ? 'other' : undefined;
}

export const accessLog404 = accessLog(
  ['no-route', 'no-chain', 'app-404'],
  ['gateway', 'gateway-namespace', 'host'],
  judge404,
);

/** Reads the gateway's own lines only: the sidecars behind it answer another question. */
export function judge404({ lines }: Call): Judgement {
  const own = lines.filter(({ side }) => side === 'near');
  const isChain = (line: AccessLine) => line.details.includes('filter_chain_not_found');
  return judgeNewest(
    own,
    (line) => line.code === '404' || isChain(line),
    (line) => {
      if (isChain(line)) return 'no-chain';
      if (line.details.includes('route_not_found') || has(line, 'NR')) return 'no-route';
      return isPassedOn(line) ? 'app-404' : undefined;
    },
  );
}

export const accessLog426 = accessLog(['low-version', 'passed-on', 'server-side'], ['namespace'], judge426);

export function judge426({ lines }: Call): Judgement {
  const isUpgrade = (line: AccessLine) => line.code === '426';
  const isProtocol = (line: AccessLine) => /^50[23]$/.test(line.code) && has(line, 'UPE');
  // A case of 426 is about a line with 426; a server that speaks HTTP/1.0 leaves none at all.
  return judgeNewest(lines, lines.some(isUpgrade) ? isUpgrade : isProtocol, (line) => {
    if (isProtocol(line)) return 'server-side';
    if (line.details.includes('low_version')) return 'low-version';
    return isPassedOn(line) ? 'passed-on' : undefined;
  });
}

export const accessLog429 = accessLog(
  ['local', 'global', 'limiter-fails', 'passed-on'],
  ['namespace'],
  judge429,
);

export function judge429({ lines }: Call): Judgement {
  return judgeNewest(
    lines,
    (line) => line.code === '429' || has(line, 'RL', 'RLSE'),
    (line) => {
      if (line.details.includes('rate_limiter_error') || has(line, 'RLSE')) return 'limiter-fails';
      if (line.details.includes('local_rate_limited')) return 'local';
      if (line.details.includes('request_rate_limited')) return 'global';
      return isPassedOn(line) ? 'passed-on' : undefined;
    },
  );
}

export const accessLog504 = accessLog(
  ['per-try', 'idle', 'connect', 'ut', 'passed-on', 'client-gone'],
  ['namespace'],
  judge504,
);

export function judge504({ lines }: Call, facts: Facts): Judgement {
  const kinds: readonly ((line: AccessLine) => boolean)[] = [
    (line) => line.code === facts.code && clockOf(line) !== undefined,
    (line) => !['client-gone', undefined].includes(clockOf(line)),
    // Clients come and go; only one that waited, in a log without any timeout, tells of a clock of its own.
    (line) => clockOf(line) === 'client-gone' && line.duration >= 1000,
  ];
  const kind = kinds.find((one) => lines.some(one)) ?? (() => false);
  return judgeNewest(lines, kind, clockOf);
}

const IDLE =
  /stream_idle_timeout|request_overall_timeout|(?:request|downstream)_header_timeout|duration_timeout|max_stream_duration/;

function clockOf(line: AccessLine): string | undefined {
  if (line.details.includes('per_try')) return 'per-try';
  if (IDLE.test(line.details) || has(line, 'SI', 'DT', 'UMSDR')) return 'idle';
  if (has(line, 'UF') && line.details.includes('connection_timeout')) return 'connect';
  if (has(line, 'UT') || line.details.includes('response_timeout')) return 'ut';
  if (line.code === '504' && isPassedOn(line)) return 'passed-on';
  if (line.code === '0' && has(line, 'DC', 'DR')) return 'client-gone';
  return undefined;
}

export const accessLogEgress = accessLog(
  ['blackhole', 'passthrough', 'egress-gateway', 'entry'],
  ['client-pod', 'client-namespace', 'host'],
  judgeEgress,
);

/** Reads the caller's lines: where its proxy sent the call for a name outside, and that it failed there. */
export function judgeEgress({ lines }: Call): Judgement {
  const own = lines.filter(({ side }) => side === 'near');
  const line = newest(own.filter((one) => wayOut(one) !== undefined));
  return line ? told(wayOut(line)!, line) : undecided(own, newest(own));
}

function wayOut(line: AccessLine): string | undefined {
  if (line.cluster.startsWith('BlackHoleCluster') || line.route === 'block_all') return 'blackhole';
  // A caller that hangs up, or an error that the other side made, is no blocked call.
  if (!line.flags.some((flag) => !['DC', 'DR'].includes(flag))) return undefined;
  if (line.cluster.startsWith('PassthroughCluster')) return 'passthrough';
  const host = line.clusterHost;
  if (host === '' || line.direction === 'inbound') return undefined;
  if (!host.includes('.svc.')) return 'entry';
  return host.split('.')[0]!.includes('egress') ? 'egress-gateway' : undefined;
}
