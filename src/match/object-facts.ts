/** Facts of what kubectl and istioctl print of an object: an event, a row of a table, a description or its YAML. */
import type { ClaimFact } from './fact-claims.ts';
import type { Record } from './records/split.ts';

/** The object an event is about, and its namespace where the first column of `get events -A` has it. */
export function claimFromEvent(record: Record, claimFact: ClaimFact): void {
  const text = record.lines[0]!;
  const object =
    /(?:^|\s)(pod|replicaset|deployment|deployment\.apps|daemonset|statefulset|job|node|gateway|service)\/([a-z0-9][-a-z0-9.]{0,250})(?=\s|$)/i.exec(
      text,
    );
  if (object === null) return;
  const kind = object[1]!.toLowerCase();
  const start = text.indexOf(object[2]!, object.index + 1);
  const end = start + object[2]!.length;
  if (kind === 'pod') claimFact('pod', object[2]!, { line: record.line, start, end, text }, 3);
  else if (kind === 'node') claimFact('node', object[2]!, { line: record.line, start, end, text }, 3);
  else if (/^(?:deployment|daemonset|statefulset|job)/.test(kind))
    claimFact('workload', object[2]!, { line: record.line, start, end, text }, 3);
  const namespace = /^\s{0,8}([a-z0-9][-a-z0-9]{0,62})\s{1,20}(?:\d+[smhd])+\s/.exec(text);
  if (namespace !== null && !/^\d+[smhd]/.test(namespace[1]!)) {
    const at = text.indexOf(namespace[1]!);
    claimFact(
      'namespace',
      namespace[1]!,
      { line: record.line, start: at, end: at + namespace[1]!.length, text },
      3,
    );
  }
}

/** Rows of `kubectl get pods`: the name is a pod's only when the table has a pod's columns. */
export function claimFromRow(record: Record, claimFact: ClaimFact): void {
  const text = record.lines[0]!;
  const { fields } = record;
  const claim = (name: string, value: string | undefined, weight: number): void => {
    if (value === undefined) return;
    const at = text.indexOf(value);
    if (at !== -1 && /^[a-z0-9][-a-z0-9.]*$/.test(value))
      claimFact(name, value, { line: record.line, start: at, end: at + value.length, text }, weight);
  };
  // `istioctl proxy-status`: the name is `<pod>.<namespace>`; a proxy in step with istiod is not what suffers.
  if (fields.cds !== undefined && fields.lds !== undefined && /\b(?:STALE|NOT SENT|ERROR)\b/.test(text)) {
    const proxy = /^([a-z0-9-]{1,253})\.([a-z0-9-]{1,63})$/.exec(fields.name ?? '');
    claim('pod', proxy?.[1], 3);
    const at = text.indexOf(`.${proxy?.[2]}`) + 1;
    if (proxy !== null && at > 0)
      claimFact(
        'namespace',
        proxy[2]!,
        { line: record.line, start: at, end: at + proxy[2]!.length, text },
        3,
      );
  }
  if (fields.restarts !== undefined && fields.status !== undefined) {
    if (fields.status === 'Running' && /^(\d+)\/\1$/.test(fields.ready ?? '')) return;
    claim('pod', fields.name, 2);
    claim('namespace', fields.namespace, 2);
  }
}

/** `Name:`, `Namespace:` and `Node:` of describe, and the metadata of a YAML object. */
export function claimFromDescription(record: Record, claimFact: ClaimFact): void {
  let kind: string | undefined;
  let inMetadata = -1;
  for (let i = 0; i < record.lines.length; i++) {
    const text = record.lines[i]!;
    if (text.length > 400) continue;
    const line = record.line + i;
    const claim = (name: string, value: string, weight: number): void => {
      const at = text.indexOf(value, text.indexOf(':'));
      claimFact(name, value, { line, start: at, end: at + value.length, text }, weight);
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
    else if (inMetadata !== -1 && indent > inMetadata && indent <= inMetadata + 4 && yaml[3] !== undefined) {
      if (yaml[2] === 'namespace') claim('namespace', yaml[3], 3);
      else if (yaml[2] === 'name' && kind !== undefined)
        claim(kind === 'Pod' ? 'pod' : 'resource', yaml[3], 2);
    }
  }
}
