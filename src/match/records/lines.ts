/** What a single line is, told from its own shape. */
import { looksLikeAccessLog } from '../access-log/entry.ts';
import { type LogHeader, readLogHeader } from './log-header.ts';

export type LineShape =
  | { readonly kind: 'blank' }
  | { readonly kind: 'access' }
  | { readonly kind: 'log'; readonly header: LogHeader }
  | {
      readonly kind: 'event';
      readonly reason: string;
      readonly type: string;
      readonly object: string | undefined;
    }
  | { readonly kind: 'command'; readonly program: string }
  | { readonly kind: 'finding'; readonly level: string }
  | { readonly kind: 'error'; readonly component: string | undefined }
  | { readonly kind: 'table'; readonly columns: readonly string[] }
  | { readonly kind: 'frame' }
  | { readonly kind: 'text' };

const FRAME =
  /^\s*(?:at [\w$.<>[\]/@ ]{2,160}\(|at [\w./@-]{2,200}:\d+|File "[^"]{1,300}", line \d|goroutine \d+ \[|\.\.\. \d+ more|Traceback \(|created by [\w./]|\S{1,300}\.(?:go|cc|h|rs|py|js|ts|java):\d+ \+0x)/;
const GO_CALL = /^[\w./@*()-]{3,400}?\((?:0x|\{0x|\.\.\.|\))/;
const AGE = /^(?:(?:\d+[dhms])+|<invalid>|<unknown>)$/;
const PROMPT =
  /^(?:[^\n$#%>]{0,80}[$#%>]\s{1,2}|[$#%]\s{0,2})?(?:sudo )?(kubectl|oc|k|istioctl|curl|az|gcloud|helm|asmcli|openssl|dig|nslookup|grpcurl|docker|k9s|wget|ping|telnet|psql|mysql|redis-cli|mongo|mongosh)\s+(?=[-\w."'/$(])/;
const FINDING = /^\s*(Error|Warning|Info) \[(IST\d{4})\]/;
const ERROR =
  /^\s*(?:Error from server|error: |Error: |ERROR: |error when |Unable to connect|The connection to the server|no matches for kind|W\d{4} )/;
const COLUMN = /^[A-Z][A-Z0-9()/%_-]*(?:\((?:cores|bytes)\))?$/;

export function readLine(line: string): LineShape {
  if (line.trim() === '') return { kind: 'blank' };
  if (looksLikeAccessLog(line)) return { kind: 'access' };
  const indented = line.charCodeAt(0) <= 32;
  if (
    indented ||
    line.startsWith('at ') ||
    line.includes('.go:') ||
    line.startsWith('goroutine') ||
    line.startsWith('Traceback') ||
    line.startsWith('created by')
  ) {
    if (FRAME.test(line)) return { kind: 'frame' };
  }
  if (line.includes('(') && GO_CALL.test(line)) return { kind: 'frame' };
  const event = readEvent(line);
  if (event !== undefined) return event;
  const header = readLogHeader(line);
  if (header !== undefined) return { kind: 'log', header };
  const finding = FINDING.exec(line);
  if (finding !== null) return { kind: 'finding', level: finding[1]!.toLowerCase() };
  const command = PROMPT.exec(line);
  if (command !== null)
    return { kind: 'command', program: command[1] === 'k' || command[1] === 'oc' ? 'kubectl' : command[1]! };
  if (ERROR.test(line)) {
    const component = /Error from server|no matches for kind|The connection to the server/.test(line)
      ? 'kubectl'
      : /^\s*ERROR: \(gcloud/.test(line)
        ? 'gcloud'
        : undefined;
    return { kind: 'error', component };
  }
  const columns = readColumns(line);
  if (columns !== undefined) return { kind: 'table', columns };
  return { kind: 'text' };
}

/** `Warning  Reason  age  from  message` of describe, and `[ns] age Warning Reason object message` of get events. */
function readEvent(line: string): LineShape | undefined {
  const at = line.search(/\b(?:Warning|Normal)\s/);
  if (at === -1 || at > 120) return undefined;
  const before = line.slice(0, at).trim().split(/\s+/);
  const after = line
    .slice(at, at + 400)
    .trim()
    .split(/\s+/, 4);
  const reason = after[1] ?? '';
  if (!/^[A-Z][A-Za-z]{3,40}$/.test(reason)) return undefined;
  const leads = before[0] === '' || (before.length <= 8 && before.some((word) => AGE.test(word)));
  if (!leads) return undefined;
  const isListed = before[0] !== '';
  const object = isListed && /^[a-z.]+\/[\w.-]+$/.test(after[2] ?? '') ? after[2] : undefined;
  if (before[0] === '' && !/^(?:\d|<|\(|[a-z])/.test(after[2] ?? '')) return undefined;
  return { kind: 'event', reason, type: after[0]!, object };
}

/** Column names of a kubectl table: at least two words, all in capitals but for the units of `kubectl top`. */
function readColumns(line: string): readonly string[] | undefined {
  if (line.length > 400) return undefined;
  const wide = line.trim().split(/\s{2,}|\t/);
  const words = wide.length > 1 ? wide : line.trim().split(/\s+/);
  if (words.length < 2) return undefined;
  for (const word of words) for (const part of word.split(' ')) if (!COLUMN.test(part)) return undefined;
  return words[0] === 'NAME' || words[0] === 'NAMESPACE' || words.length >= 3 ? words : undefined;
}
