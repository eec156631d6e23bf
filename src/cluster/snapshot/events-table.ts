/** `kubectl get events -o wide`: a table whose columns begin where their headings do. */

interface TableEvent {
  readonly apiVersion: 'v1';
  readonly kind: 'Event';
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly [field: string]: unknown;
}

const COLUMNS = ['NAMESPACE', 'LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE', 'COUNT', 'NAME'] as const;
/** The table has kinds in lower case. */
const KINDS = [
  'Pod Service Deployment ReplicaSet StatefulSet DaemonSet Job CronJob Node Namespace Endpoints EndpointSlice Ingress',
  'HorizontalPodAutoscaler PodDisruptionBudget PersistentVolumeClaim ConfigMap Secret ServiceAccount Gateway HTTPRoute',
]
  .join(' ')
  .split(' ');

/**
 * The rows as events; `undefined` where the text is no such table. `time`: when the table was printed, in milliseconds
 * since the epoch, 0 where it is not known; the age of a row is counted from it.
 */
export function eventsOfTable(text: string, time: number): TableEvent[] | undefined {
  const [header = '', ...rows] = text.split('\n');
  const columns = [...header.matchAll(/\S+(?: \S+)*/g)].map((found) => ({
    name: found[0],
    from: found.index,
  }));
  const isTable = COLUMNS.every((name) => columns.some((column) => column.name === name));
  if (!isTable) return undefined;
  return rows.flatMap((row, line) => {
    if (row.trim() === '') return [];
    // Widths are counted in characters, so that a wide sign in a message moves what stands behind it.
    const signs = [...row];
    const cell = (name: (typeof COLUMNS)[number]) => {
      const at = columns.findIndex((column) => column.name === name);
      return signs
        .slice(columns[at]!.from, columns[at + 1]?.from)
        .join('')
        .trim();
    };
    const [kind = '', ...name] = cell('OBJECT').split('/');
    const namespace = cell('NAMESPACE');
    if (namespace === '' || name.length === 0) return [];
    const seen = ageOf(cell('LAST SEEN'));
    return [
      {
        apiVersion: 'v1' as const,
        kind: 'Event' as const,
        metadata: { name: cell('NAME') || `row-${line}`, namespace },
        involvedObject: { kind: kindOf(kind), name: name.join('/'), namespace },
        type: cell('TYPE'),
        reason: cell('REASON'),
        message: cell('MESSAGE'),
        count: Number(cell('COUNT')) || 1,
        ...(time > 0 && seen !== undefined ? { lastTimestamp: new Date(time - seen).toISOString() } : {}),
      },
    ];
  });
}

function kindOf(lower: string): string {
  return KINDS.find((kind) => kind.toLowerCase() === lower) ?? lower;
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, y: 31_536_000 };

/** `3m21s` in milliseconds. */
function ageOf(age: string): number | undefined {
  if (!/^(?:\d{1,6}[smhdy])+$/.test(age)) return undefined;
  const parts = [...age.matchAll(/(\d{1,6})([smhdy])/g)];
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * UNITS[unit!]! * 1000, 0);
}
