/**
 * Typed values read from a paste, each with its place. A wrong namespace in a command is worse than a
 * placeholder: a value is taken only where its meaning is certain, and two equal claims cancel each other.
 */
import { type AccessLogEntry, decodeAccessLog } from './access-log.ts';
import { AhoCorasick } from './aho-corasick.ts';
import { plainTwin } from './clean.ts';
import type { Record } from './records/split.ts';
import type { Fact } from './types.ts';

interface Claim extends Fact {
  /** How certain the place makes the meaning: 3 a field of its own, 2 a label beside it, 1 by its form. */
  readonly weight: number;
}

interface Reader {
  /** Plain text that must stand in the line; saves trying the pattern. */
  readonly hint: string;
  readonly pattern: RegExp;
  /** Fact of each group, in order; '' ignores the group. */
  readonly names: readonly string[];
  readonly weight: number;
}

/** Records looked at for facts; those with an error in them always come in addition. */
const MAX_RECORDS = 600;
const MAX_LINE = 3000;

const NAME = '[a-z0-9](?:[-a-z0-9.]{0,250}[a-z0-9])?';
const LABEL = '[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?';

const reader = (hint: string, pattern: string, names: readonly string[], weight = 2): Reader => ({
  hint,
  pattern: new RegExp(pattern, 'g'),
  names,
  weight,
});

const READERS: readonly Reader[] = [
  reader('sidecar~', `\\bsidecar~[\\da-f.:]{3,45}~(${LABEL})\\.(${LABEL})~`, ['pod', 'namespace'], 3),
  reader('ACK ERROR ', `\\bACK ERROR (${LABEL})\\.(${LABEL})-\\d+ `, ['pod', 'namespace'], 3),
  reader('for node:', `\\bfor node:(${LABEL})\\.(${LABEL})(?=[ -]|$)`, ['pod', 'namespace'], 3),
  reader('pod="', `\\bpod="(${LABEL})/(${NAME})"`, ['namespace', 'pod'], 3),
  reader('pod "', `\\b[pP]od "(${LABEL})"/"(${NAME})"`, ['namespace', 'pod'], 3),
  reader('od "', `\\b[pP]od "(${NAME})" (?:in|of) namespace "?(${LABEL})\\b`, ['pod', 'namespace'], 3),
  reader('for pod ', `\\bfor pod "(${NAME})"`, ['pod']),
  reader('in pod ', `\\bin pod "(${NAME})"`, ['pod']),
  reader('of pod', `\\bof pod (${LABEL})_(${LABEL})\\b`, ['pod', 'namespace']),
  reader(' pod=', `\\bpod=(${LABEL})_(${LABEL})\\(`, ['pod', 'namespace'], 3),
  reader('namespace "', `\\bnamespaces? "(${LABEL})"`, ['namespace']),
  reader('"namespace":', `"namespace"\\s?:\\s?"(${LABEL})"`, ['namespace'], 1),
  reader('ontainer "', `\\b[cC]ontainer "(${LABEL})" in [pP]od "(${NAME})"`, ['container', 'pod'], 3),
  reader('container=', `\\bfailed container=(${LABEL})\\b`, ['container']),
  reader('webhook "', `\\bwebhook "([a-z0-9.-]{3,120})"`, ['webhook'], 3),
  reader('//istiod', `//istiod(?:-(${LABEL}))?\\.(${LABEL})\\.svc\\b`, ['revision', 'istio-namespace'], 3),
  reader('istio.io/rev', `\\bistio\\.io/rev[=:]\\s?"?(${LABEL})\\b`, ['revision'], 2),
  reader('injector-', `\\bistio-sidecar-injector-(${LABEL})\\b`, ['revision'], 1),
  reader('no matches for kind', `no matches for kind "(\\w{2,60})"`, ['kind'], 3),
  reader('[IST', `\\[IST\\d{4}\\] \\((\\w{2,60}) (${LABEL})/(${NAME})`, ['kind', 'namespace', 'resource'], 3),
  reader('[IST', `\\[IST\\d{4}\\] \\((\\w{2,60}) (${NAME})[ )]`, ['kind', 'resource'], 2),
  reader('ecret', `\\b[sS]ecrets? "(${NAME})"`, ['secret']),
  reader('ecret ', `\\b[sS]ecret (${LABEL})/(${NAME}) not found`, ['namespace', 'secret'], 3),
  reader('image "', `\\b[iI]mage "([\\w.:/@-]{3,250})"`, ['image']),
  reader('proxyv2:', `\\bproxyv2:(1\\.\\d{1,2}\\.\\d{1,2})\\b`, ['istio-version'], 2),
  reader('client version', `\\bclient version: (1\\.\\d{1,2}\\.\\d{1,2})`, ['istio-version'], 1),
  reader('control plane version', `control plane version: (1\\.\\d{1,2}\\.\\d{1,2})`, ['istio-version'], 3),
  reader('Server Version', `Server Version: v?(1\\.\\d{1,2}\\.\\d{1,2})`, ['kubernetes-version'], 3),
  reader('kubelet, ', `\\bkubelet, (${NAME})\\s`, ['node']),
  reader('src.workload=', `src\\.workload="(${NAME})"`, ['client-pod'], 3),
  reader('src.namespace=', `src\\.namespace="(${LABEL})"`, ['client-namespace'], 3),
  reader('dst.workload=', `dst\\.workload="(${NAME})"`, ['pod'], 3),
  reader('dst.service=', `dst\\.service="(${NAME})"`, ['host'], 3),
  reader('dst.service=', `dst\\.service="(${LABEL})\\.(${LABEL})\\.svc`, ['service', 'namespace'], 3),
  reader('Get "', `\\bGet "(https?://[!#-~]{3,400})"`, ['url'], 1),
  reader('Post "', `\\bPost "(https?://[!#-~]{3,400})"`, ['url'], 1),
  reader('dial tcp', `\\bdial tcp (\\d{1,3}(?:\\.\\d{1,3}){3}):\\d`, ['ip'], 1),
  reader('ECONNREFUSED', `ECONNREFUSED (\\d{1,3}(?:\\.\\d{1,3}){3}):(\\d{1,5})`, ['ip', 'port'], 1),
  reader(
    'outbound|',
    `\\boutbound\\|(\\d{1,5})\\|[\\w.-]{0,60}\\|(${LABEL})\\.(${LABEL})\\.svc\\b`,
    ['port', 'service', 'namespace'],
    2,
  ),
  reader('outbound|', `\\boutbound\\|\\d{1,5}\\|[\\w.-]{0,60}\\|(${NAME})`, ['host'], 2),
  reader('HTTP/', `^<? ?HTTP/[\\d.]{1,3} ([1-5]\\d\\d)\\b`, ['code'], 2),
  reader('Could not resolve host', `Could not resolve host:? (${NAME})`, ['host'], 3),
  reader('no such host', `lookup (${NAME})(?: on [\\d.:]{3,60})?: no such host`, ['host'], 3),
];

/** Each hint once: one pass over a line tells which readers have anything to read there. */
const HINTS = [...new Set(READERS.map(({ hint }) => hint))];
const HINT_FINDER = new AhoCorasick(HINTS);
const READERS_OF_HINT: readonly (readonly Reader[])[] = HINTS.map((hint) =>
  READERS.filter((one) => one.hint === hint),
);

const COMMAND_READERS: readonly Reader[] = [
  reader('-n', `\\s-n[ =]?(${LABEL})(?=\\s|$|\\|)`, ['namespace'], 2),
  reader('--namespace', `\\s--namespace[ =](${LABEL})(?=\\s|$)`, ['namespace'], 2),
  reader('--context', `\\s--context[ =]([\\w.@:/-]{1,120})(?=\\s|$)`, ['context'], 3),
  reader('--revision', `\\s--revision[ =](${LABEL})(?=\\s|$)`, ['revision'], 3),
  reader(' logs ', `\\slogs (?:-f )?(?:pods?/)?(${NAME})(?=\\s|$)`, ['pod'], 2),
  reader(' pod', `\\s(?:describe|get|delete) (?:pod|po|pods) (${NAME})(?=\\s|$)`, ['pod'], 2),
  reader(' exec ', `\\sexec (?:-it |-ti |-i )?(?:pod/)?(${NAME})(?=\\s|$)`, ['pod'], 2),
  reader(' -c', `\\s-c[ =]?(${LABEL})(?=\\s|$)`, ['container'], 2),
];

const PLATFORM_SIGNS: readonly { readonly platform: string; readonly pattern: RegExp }[] = [
  {
    platform: 'aks',
    pattern:
      /aks-istio-(?:system|ingress)|azure-service-mesh|azmk8s\.io|\baz aks\b|\basm-1-\d\d\b|microsoft\.containerservice/i,
  },
  {
    platform: 'gke',
    pattern:
      /\basm-managed|gcloud[. ]container|gke-managed|\bgke_[\w-]+_|mesh\.googleapis|meshconfig\.googleapis|anthos|\basmcli\b|mdp-controller/i,
  },
];

/** Namespaces of the mesh itself: never the namespace of the workload that suffers. */
const MESH_NAMESPACE =
  /^(?:istio-system|aks-istio-system|aks-istio-ingress|aks-istio-egress|asm-system|istio-operator|kube-system)$/;
/** Words that stand where a name may stand, and are none. */
const NO_NAME =
  /^(?:default-scheduler|my-[a-z-]+|your-[a-z-]+|x+|[a-z]|pod|pods|deploy|deployment|the|is|was|not|app|name|namespace)$/;

export class FactCollector {
  readonly #claims: Claim[] = [];
  #records = 0;

  /** `decisive` says that an error was recognised in the record. */
  add(record: Record, decisive: boolean): void {
    if (this.#claims.length > 4000) return;
    if (!decisive && this.#records++ > MAX_RECORDS) return;
    if (record.kind === 'access') this.#readAccessLog(record);
    record.lines.forEach((line, i) => {
      const text = plainTwin(line.length > MAX_LINE ? line.slice(0, MAX_LINE) : line);
      const number = record.line + i;
      for (const hint of hintsIn(text)) this.#read(READERS_OF_HINT[hint]!, text, number);
      if (
        record.kind === 'command' &&
        (record.fields.component === 'kubectl' || record.fields.component === 'istioctl')
      )
        this.#read(COMMAND_READERS, text, number);
      for (const sign of PLATFORM_SIGNS) {
        const found = sign.pattern.exec(text);
        if (found !== null)
          this.#claim('platform', sign.platform, number, found.index, found.index + found[0].length, text, 1);
      }
    });
    if (record.kind === 'event') this.#readEvent(record);
    if (record.kind === 'row') this.#readRow(record);
    this.#readDescription(record);
  }

  /** One fact per name. `decisive` are the lines that decided the match. */
  finish(decisive: ReadonlySet<number>): Fact[] {
    const byName = new Map<string, Map<string, { claim: Claim; weight: number; decisive: boolean }>>();
    for (const claim of this.#claims) {
      const values = byName.get(claim.name) ?? new Map();
      byName.set(claim.name, values);
      const isDecisive = decisive.has(claim.from.line);
      const known = values.get(claim.value);
      if (known === undefined) values.set(claim.value, { claim, weight: claim.weight, decisive: isDecisive });
      else if (
        Number(isDecisive) > Number(known.decisive) ||
        (isDecisive === known.decisive && claim.weight > known.weight)
      )
        values.set(claim.value, { claim, weight: claim.weight, decisive: isDecisive });
    }
    const facts: Fact[] = [];
    for (const values of byName.values()) {
      const ranked = [...values.values()].sort(
        (a, b) => Number(b.decisive) - Number(a.decisive) || b.weight - a.weight,
      );
      const [first, second] = ranked;
      if (first === undefined) continue;
      if (second !== undefined && second.decisive === first.decisive && second.weight === first.weight)
        continue;
      facts.push({ name: first.claim.name, value: first.claim.value, from: first.claim.from });
    }
    return facts.sort((a, b) => a.from.line - b.from.line || a.from.start - b.from.start);
  }

  #read(readers: readonly Reader[], text: string, line: number): void {
    for (const { hint, pattern, names, weight } of readers) {
      if (!text.includes(hint)) continue;
      let count = 0;
      for (const found of text.matchAll(pattern)) {
        let at = found.index;
        names.forEach((name, group) => {
          const value = found[group + 1];
          if (name === '' || value === undefined || value === '') return;
          at = text.indexOf(value, at);
          this.#claim(name, value, line, at, at + value.length, text, weight);
          at += value.length;
        });
        if (++count >= 4) break;
      }
    }
  }

  #claim(
    name: string,
    value: string,
    line: number,
    start: number,
    end: number,
    text: string,
    weight: number,
  ): void {
    if (NO_NAME.test(value) && name !== 'platform') return;
    if (name === 'namespace' && MESH_NAMESPACE.test(value)) {
      if (/istio/.test(value) && /system/.test(value))
        this.#claim('istio-namespace', value, line, start, end, text, weight);
      return;
    }
    this.#claims.push({ name, value, weight, from: { line, start, end, text } });
  }

  #readAccessLog(record: Record): void {
    const lines = record.lines.map(plainTwin);
    const joined = lines.join(record.glue);
    const entry = decodeAccessLog(joined);
    if (entry === undefined) return;
    const fieldValue = (name: string) => entry.fields.find((field) => field.name === name);
    const code = fieldValue('response_code');
    const isFailure = entry.flags.length > 0 || Number(code?.value ?? 0) >= 400;
    if (!isFailure) return;
    const claim = (name: string, value: string | undefined, start: number, weight = 3): void => {
      if (value === undefined || value === '' || value === '-') return;
      const place = placeIn(record, start, value.length);
      if (place !== undefined)
        this.#claim(
          name,
          value,
          record.line + place.line,
          place.start,
          place.end,
          lines[place.line]!,
          weight,
        );
    };
    const flag = entry.flags.find((one) => one !== 'URX') ?? entry.flags[0];
    const flags = fieldValue('response_flags');
    if (flag !== undefined && flags !== undefined)
      claim('flag', flag, flags.start + Math.max(0, flags.value.indexOf(flag)));
    if (code !== undefined && code.value !== '0') claim('code', code.value, code.start);
    const details = fieldValue('response_code_details');
    if (details !== undefined) claim('details', details.value, details.start);
    const path = fieldValue('path');
    if (path?.value.startsWith('/')) claim('path', path.value, path.start);
    readCluster(entry, joined, claim);
    const authority = fieldValue('authority');
    const host = /^([a-z0-9](?:[-a-z0-9.]{0,250}[a-z0-9])?)(?::\d{1,5})?$/.exec(authority?.value ?? '');
    if (authority !== undefined && host !== null && /[a-z]/.test(host[1]!))
      claim('host', host[1], authority.start, 2);
  }

  #readEvent(record: Record): void {
    const text = record.lines[0]!;
    const object =
      /(?:^|\s)(pod|replicaset|deployment|deployment\.apps|daemonset|statefulset|job|node|gateway|service)\/([a-z0-9][-a-z0-9.]{0,250})(?=\s|$)/i.exec(
        text,
      );
    if (object === null) return;
    const kind = object[1]!.toLowerCase();
    const start = text.indexOf(object[2]!, object.index + 1);
    const end = start + object[2]!.length;
    if (kind === 'pod') this.#claim('pod', object[2]!, record.line, start, end, text, 3);
    else if (kind === 'node') this.#claim('node', object[2]!, record.line, start, end, text, 3);
    else if (/^(?:deployment|daemonset|statefulset|job)/.test(kind))
      this.#claim('workload', object[2]!, record.line, start, end, text, 3);
    const namespace = /^\s{0,8}([a-z0-9][-a-z0-9]{0,62})\s{1,20}(?:\d+[smhd])+\s/.exec(text);
    if (namespace !== null && !/^\d+[smhd]/.test(namespace[1]!)) {
      const at = text.indexOf(namespace[1]!);
      this.#claim('namespace', namespace[1]!, record.line, at, at + namespace[1]!.length, text, 3);
    }
  }

  /** Rows of `kubectl get pods`: the name is a pod's only when the table has a pod's columns. */
  #readRow(record: Record): void {
    const text = record.lines[0]!;
    const { fields } = record;
    const claim = (name: string, value: string | undefined, weight: number): void => {
      if (value === undefined) return;
      const at = text.indexOf(value);
      if (at !== -1 && /^[a-z0-9][-a-z0-9.]*$/.test(value))
        this.#claim(name, value, record.line, at, at + value.length, text, weight);
    };
    // `istioctl proxy-status`: the name is `<pod>.<namespace>`; a proxy in step with istiod is not what suffers.
    if (fields.cds !== undefined && fields.lds !== undefined && /\b(?:STALE|NOT SENT|ERROR)\b/.test(text)) {
      const proxy = /^([a-z0-9-]{1,253})\.([a-z0-9-]{1,63})$/.exec(fields.name ?? '');
      claim('pod', proxy?.[1], 3);
      const at = text.indexOf(`.${proxy?.[2]}`) + 1;
      if (proxy !== null && at > 0)
        this.#claim('namespace', proxy[2]!, record.line, at, at + proxy[2]!.length, text, 3);
    }
    if (fields.restarts !== undefined && fields.status !== undefined) {
      if (fields.status === 'Running' && /^(\d+)\/\1$/.test(fields.ready ?? '')) return;
      claim('pod', fields.name, 2);
      claim('namespace', fields.namespace, 2);
    }
  }

  /** `Name:`, `Namespace:` and `Node:` of describe, and the metadata of a YAML object. */
  #readDescription(record: Record): void {
    let kind: string | undefined;
    let inMetadata = -1;
    for (let i = 0; i < record.lines.length; i++) {
      const text = record.lines[i]!;
      if (text.length > 400) continue;
      const line = record.line + i;
      const claim = (name: string, value: string, weight: number): void => {
        const at = text.indexOf(value, text.indexOf(':'));
        this.#claim(name, value, line, at, at + value.length, text, weight);
      };
      const described = /^(Name|Namespace|Node):\s{1,40}([a-z0-9][-a-z0-9.]{0,250})/.exec(text);
      if (described !== null) {
        if (described[1] === 'Namespace') claim('namespace', described[2]!, 3);
        else if (described[1] === 'Node') claim('node', described[2]!, 3);
        continue;
      }
      const yaml = /^(\s{0,40})"?(kind|metadata|name|namespace)"?:(?:\s{1,8}"?([\w.-]{1,250}))?/.exec(text);
      if (yaml === null) continue;
      const indent = yaml[1]!.length;
      if (yaml[2] === 'kind' && yaml[3] !== undefined && indent <= 4) {
        kind = yaml[3];
        claim('kind', kind, 2);
      } else if (yaml[2] === 'metadata') inMetadata = indent;
      else if (
        inMetadata !== -1 &&
        indent > inMetadata &&
        indent <= inMetadata + 4 &&
        yaml[3] !== undefined
      ) {
        if (yaml[2] === 'namespace') claim('namespace', yaml[3], 3);
        else if (yaml[2] === 'name' && kind !== undefined)
          claim(kind === 'Pod' ? 'pod' : 'resource', yaml[3], 2);
      }
    }
  }
}

/** Indexes of the hints in a line, in the order of the readers, so that equal claims keep their order. */
function hintsIn(text: string): number[] {
  const found: number[] = [];
  HINT_FINDER.scan(text, (hint) => {
    if (!found.includes(hint)) found.push(hint);
  });
  return found.length > 1 ? found.sort((a, b) => a - b) : found;
}

/** What the name of the upstream cluster says, field by field. */
function readCluster(
  { cluster, fields }: AccessLogEntry,
  text: string,
  claim: (name: string, value: string | undefined, start: number) => void,
): void {
  const field = fields.find((one) => one.name === 'upstream_cluster');
  if (cluster === undefined || field === undefined) return;
  const claimPart = (name: string, value: string | undefined): void => {
    const at = value === undefined ? -1 : text.indexOf(value, field.start);
    if (at !== -1) claim(name, value, at);
  };
  claimPart('port', cluster.port);
  if (cluster.direction !== 'outbound') return;
  claimPart('host', cluster.host);
  const svc = /^([a-z0-9-]{1,63})\.([a-z0-9-]{1,63})\.svc\b/.exec(cluster.host ?? '');
  claimPart('service', svc?.[1]);
  claimPart('namespace', svc?.[2]);
}

/** The place in its own line of what stands in the joined lines; undefined where a break may have cut it. */
function placeIn(
  { lines, glue }: Record,
  start: number,
  length: number,
): { line: number; start: number; end: number } | undefined {
  let before = 0;
  for (let line = 0; line < lines.length; line++) {
    const width = lines[line]!.length;
    if (start < before + width) {
      const end = start - before + length;
      const isCut =
        lines.length > 1 && (start === before ? line > 0 : end === width && line < lines.length - 1);
      return end > width || isCut ? undefined : { line, start: start - before, end };
    }
    before += width + glue.length;
  }
  return undefined;
}
