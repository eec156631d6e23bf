/** A report as text and as Markdown. */
import type { CommandView, PlaceView } from '../case/view.ts';
import type { Words } from '../i18n/words.ts';
import { sanitise } from '../text/sanitise.ts';
import type { CaseReport } from './report.ts';

/** Pastes can be megabytes; a report quotes their beginning. Lines. */
const QUOTED = 40;
const MATCHES = 5;
/** What decided is quoted so far; whole it stands in the paste. Characters. */
const SHORT = 200;

export function drawMarkdown(report: CaseReport, words: Words): string {
  const { t } = words;
  const out: string[] = [
    `# ${t('report.title', { id: report.id })}`,
    '',
    t('report.opened', { time: report.opened, version: report.version }),
  ];
  const section = (title: string, lines: readonly string[]) => {
    if (lines.length) out.push('', `## ${title}`, '', ...lines);
  };
  section(
    t('report.pasted'),
    report.pasted.flatMap((text) => fence('text', quoted(text))),
  );
  section(t('report.matched'), matchLines(report));
  section(
    t('report.facts'),
    report.facts.map(
      ({ name, value, from }) => `- ${t(`fact.${name}`)}: \`${inline(value)}\` (${t(`fact-from.${from}`)})`,
    ),
  );
  section(
    t('report.steps'),
    report.steps.flatMap(({ ask, answer, by, evidence }, index) => [
      `${index + 1}. ${ask}`,
      `   **${answer}**${by === 'person' ? '' : ` (${t(`answered-by.${by}`)})`}`,
      ...evidence.map((line) => `   - \`${short(line)}\``),
    ]),
  );
  for (const fix of report.fixes)
    section(t('text.labelled', { label: t('fix.label'), text: titleOf(fix) }), placeMarkdown(fix, words));
  const label = report.outcome ? t(`end.${report.outcome}.label`) : t('report.open');
  section(
    t('text.labelled', { label: t('report.end'), text: label }),
    report.end ? placeMarkdown(report.end, words) : [],
  );
  return sanitise(out.join('\n'));
}

/** As many as are offered to choose from; a line that decided for several is quoted for the likeliest. */
function matchLines({ matched }: CaseReport): string[] {
  const seen = new Set<string>();
  return matched.slice(0, MATCHES).flatMap(({ title, score, evidence }) => {
    const fresh = evidence.slice(0, 5).filter((line) => !seen.has(line));
    for (const line of fresh) seen.add(line);
    return [`- **${title}** ${Math.round(score * 100)}%`, ...fresh.map((line) => `  - \`${short(line)}\``)];
  });
}

/** The same without Markdown's marks; code keeps its lines. */
export function drawText(report: CaseReport, words: Words): string {
  return drawMarkdown(report, words)
    .split('\n')
    .filter((line) => !line.startsWith('```'))
    .map((line) => line.replace(/^#+ /, '').replaceAll('**', '').replaceAll('`', ''))
    .join('\n');
}

function titleOf(view: PlaceView): string {
  return view.kind === 'step' ? view.ask : view.title;
}

function placeMarkdown(view: PlaceView, words: Words): string[] {
  const { t } = words;
  switch (view.kind) {
    case 'step':
      return [view.ask, '', ...commands(view.commands)];
    case 'fix':
      return [
        view.why,
        ...(view.warn ? ['', `> ${view.warn}`] : []),
        '',
        ...view.steps.flatMap((step, index) => [
          `${index + 1}. ${step.text}`,
          ...(step.command ? ['', ...commands([step.command])] : []),
          ...(step.yaml ? ['', ...fence('yaml', step.yaml)] : []),
        ]),
        '',
        `${t('fix.verify')} ${view.verify.text}`,
        '',
        ...commands(view.verify.commands),
      ];
    case 'end':
      return [
        `**${view.title}**`,
        '',
        view.body,
        ...(view.unknown.length
          ? ['', t('end.missing'), ...view.unknown.flatMap((u) => [`- ${u.ask}`, `  ${u.howto}`])]
          : []),
        ...(view.commands.length
          ? ['', ...(view.outcome === 'undecided' ? [t('end.report'), ''] : []), ...commands(view.commands)]
          : []),
      ];
  }
}

function commands(list: readonly CommandView[]): string[] {
  return list.length ? fence('sh', list.map(({ text }) => text).join('\n')) : [];
}

/** A fence longer than any in the text, so that a paste cannot close it. */
function fence(language: string, text: string): string[] {
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map((m) => m[0].length));
  const mark = '`'.repeat(longest + 1);
  return [`${mark}${language}`, text, mark];
}

function quoted(text: string): string {
  const lines = sanitise(text).split('\n');
  return lines.length > QUOTED
    ? [...lines.slice(0, QUOTED), `… +${lines.length - QUOTED}`].join('\n')
    : lines.join('\n');
}

function short(text: string): string {
  const characters = [...inline(text)];
  return characters.length > SHORT ? `${characters.slice(0, SHORT).join('')}…` : characters.join('');
}

function inline(text: string): string {
  return sanitise(text).replace(/\s+/g, ' ').replaceAll('`', "'").trim();
}
