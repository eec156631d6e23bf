/** Looks in a snapshot instead of a cluster, and says first what it is and what it cannot answer. */
import type { ProbeReport } from '../case/world.ts';
import type { Snapshot } from '../cluster/snapshot/open.ts';
import { EXIT, UserError } from '../errors.ts';
import type { Words } from '../i18n/words.ts';
import { readsOf } from '../probe/consent-reads.ts';
import { DECLARATIONS } from '../probe/declarations.ts';
import { isObjectName, listOf } from '../probe/fact-lists.ts';
import type { ListReport, ListRequest } from '../probe/run-list.ts';
import { sanitiseLine } from '../text/sanitise.ts';
import type { Look } from './looking.ts';

/** `from`: a path, or `-` for standard input. Throws `snapshot-stdin` and what openSnapshot throws. */
export async function openFrom(from: string, stdin: NodeJS.ReadStream): Promise<Snapshot> {
  if (from === '-' && stdin.isTTY) throw new UserError('snapshot-stdin', {}, EXIT.usage);
  const { openSnapshot } = await import('../cluster/snapshot/open.ts');
  return openSnapshot(from === '-' ? stdin : from);
}

export function lookInSnapshot(from: string, snapshot: Snapshot): Look {
  return {
    context: sanitiseLine(from, 200),
    server: '',
    isAgreed: true,
    reads: (probe) => readsOf(probe).join(', '),
    lists: () => '',
    list: async (request) => listInSnapshot(request, snapshot),
    probe: async (request) => {
      const { runProbe } = await import('../probe/run.ts');
      return seenThen(await runProbe(request, async () => snapshot.reader), snapshot);
    },
  };
}

/** What a snapshot shows was so when it was collected, and not when somebody looked into it. */
function seenThen(report: ProbeReport, snapshot: Snapshot): ProbeReport {
  const time = snapshot.describe().time?.toISOString() ?? '';
  const evidence = report.evidence.map((one) => ({ ...one, time }));
  return report.kind === 'answer' ? { ...report, evidence, source: 'snapshot' } : { ...report, evidence };
}

/** Archives seldom hold the namespaces themselves, but what was collected lies in some. */
async function listInSnapshot(request: ListRequest, snapshot: Snapshot): Promise<ListReport> {
  const { runList } = await import('../probe/run-list.ts');
  const report = await runList(request, async () => snapshot.reader);
  if (report.kind === 'options' || report.failure !== 'not-collected') return report;
  if (listOf(request.fact).resource !== 'namespaces') return report;
  const names = snapshot.describe().namespaces.filter(isObjectName);
  const options = names.map((value) => ({ value, trait: '', facts: {} }));
  return options.length === 0 ? report : { kind: 'options', options };
}

/**
 * `Snapshot bug-report.tar.gz: istioctl bug-report, 120 objects in 4 namespaces, 12 logs, collected 2026-11-01T11:00Z.`
 * and what it cannot answer. Each a line.
 */
export function drawSnapshot(from: string, snapshot: Snapshot, { t }: Words): string {
  const { layout, collected, namespaces, logs, time } = snapshot.describe();
  const objects = collected.reduce((sum, one) => sum + one.objects, 0);
  const all = Object.values(DECLARATIONS);
  const lacking = all.filter(({ reads }) => snapshot.lacks(reads).length > 0);
  const missing = [...new Set(lacking.flatMap(({ reads }) => snapshot.lacks(reads)))].sort();
  const lines = [
    t('snapshot.what', {
      name: sanitiseLine(from, 200),
      layout: t(`snapshot.layout.${layout}`),
      objects,
      namespaces: namespaces.length,
      logs,
    }),
    ...(time ? [t('snapshot.time', { time: time.toISOString() })] : []),
    ...faultLines(from, snapshot, { t }),
    t('snapshot.able', { able: all.length - lacking.length, all: all.length }),
    ...(missing.length > 0 ? [t('snapshot.missing', { resources: short(missing) })] : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** That the archive breaks off, and which entries could not be read; nothing where it is sound. */
export function drawFaults(from: string, snapshot: Snapshot, words: Words): string {
  return faultLines(from, snapshot, words)
    .map((line) => `${line}\n`)
    .join('');
}

function faultLines(from: string, snapshot: Snapshot, { t }: Pick<Words, 't'>): string[] {
  const { isTruncated, faults } = snapshot.describe();
  return [
    ...(isTruncated ? [t('snapshot.truncated')] : []),
    ...faults.slice(0, MAX_FAULTS).map(({ entry, reason }) =>
      t('snapshot.fault', {
        entry: sanitiseLine(entry === '' ? from : entry, 120),
        reason: sanitiseLine(reason, 120),
      }),
    ),
  ];
}

/** `unmesh snapshot` lists what is there; before a case, the first few say which way it goes. */
function short(names: readonly string[]): string {
  const more = names.length - MAX_NAMES;
  return names.slice(0, MAX_NAMES).join(', ') + (more > 0 ? ` … (+${more})` : '');
}

const MAX_NAMES = 12;
/** Faults that are shown: one broken archive has many of the same. */
const MAX_FAULTS = 3;
