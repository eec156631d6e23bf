/** Access logs in the text format of Istio 1.0 to today, also where a paste has damaged them. */
import { type AccessLogField, type ReadFields, TAIL } from './fields.ts';
import { LONG_FLAG, SHORT_FLAGS } from './response-flags.ts';

/** `-`, or flags with commas between; short names only or long names only, as Envoy's two operators write them. */
const FLAG = new RegExp(
  `^(?:-|(?:${SHORT_FLAGS.join('|')})(?:,[A-Z]{2,5})*|(?:${LONG_FLAG})(?:,[A-Z][A-Za-z]{2,40})*)$`,
);

function isResponseFlags(text: string): boolean {
  return FLAG.test(text);
}

interface Token {
  readonly value: string;
  readonly start: number;
  readonly end: number;
  readonly quoted: boolean;
}

/** The next blank-separated or quoted token at or behind `from`. */
function nextToken(line: string, from: number): Token | undefined {
  let start = from;
  while (start < line.length && (line[start] === ' ' || line[start] === '\t')) start++;
  if (start >= line.length) return undefined;
  if (line[start] === '"') {
    let end = line.indexOf('"', start + 1);
    while (end !== -1 && line[end - 1] === '\\') end = line.indexOf('"', end + 1);
    if (end === -1) return undefined;
    return { value: line.slice(start + 1, end), start: start + 1, end, quoted: true };
  }
  let end = line.indexOf(' ', start);
  if (end === -1) end = line.length;
  const tab = line.slice(start, end).indexOf('\t');
  if (tab !== -1) end = start + tab;
  return { value: line.slice(start, end), start, end, quoted: false };
}

/** `undefined` where the line has no code with flags behind its request. */
export function readTextLog(line: string): ReadFields | undefined {
  const closing = line.indexOf('" ');
  if (closing === -1) return undefined;
  const codeToken = nextToken(line, closing + 1);
  const flagToken = codeToken && nextToken(line, codeToken.end);
  if (codeToken === undefined || flagToken === undefined) return undefined;
  if (!/^\d{1,3}$/.test(codeToken.value)) return undefined;
  // A log with a hand-written format may lack the flags; without them it is some other server's log.
  if (flagToken.quoted || !isResponseFlags(flagToken.value)) return undefined;

  const fields: AccessLogField[] = [];
  const add = (name: string, token: Token): void => {
    fields.push({ name, value: token.value, start: token.start, end: token.end });
  };
  const time = /\[?(\d{4}-\d\d-\d\dT[\d:.]{8,20}Z?)\]/.exec(line.slice(0, Math.min(closing, 400)));
  if (time !== null) {
    const start = time.index + time[0].indexOf(time[1]!);
    fields.push({ name: 'start_time', value: time[1]!, start, end: start + time[1]!.length });
  }
  const opening = line.lastIndexOf('"', closing - 1);
  addRequest(line, opening === -1 ? 0 : opening + 1, closing, fields);
  add('response_code', codeToken);
  add('response_flags', flagToken);

  let at = flagToken.end + 1;
  let token = nextToken(line, at);
  // 1.9 and later: details and termination details stand before the transport failure reason. Before 1.8 the
  // bytes followed at once; in between (1.5 to 1.8) came two quoted fields, mixer's status and the reason.
  if (token !== undefined && !(/^\d+$/.test(token.value) && !token.quoted)) {
    if (!token.quoted) {
      const details = spreadToken(line, token);
      add('response_code_details', details);
      at = details.end;
      const termination = nextToken(line, at);
      if (termination !== undefined && !termination.quoted && !/^\d+$/.test(termination.value)) {
        add('connection_termination_details', termination);
        at = termination.end;
      }
    } else {
      const next = nextToken(line, token.end + 1);
      if (next?.quoted) at = token.end + 1;
    }
    token = nextToken(line, at);
    if (token?.quoted) {
      add('upstream_transport_failure_reason', token);
      at = token.end + 1;
    }
  }
  for (const name of TAIL) {
    const next = nextToken(line, at);
    if (next === undefined) break;
    if (/^(?:bytes_|duration|upstream_service_time)/.test(name) && !/^(?:\d+|-)$/.test(next.value)) break;
    add(name, next);
    at = next.end + (next.quoted ? 1 : 0);
  }
  return { fields, readTo: Math.min(line.length, at) };
}

/** Details may hold blanks inside their braces when someone copied them from a viewer. */
function spreadToken(line: string, token: Token): Token {
  const brace = token.value.indexOf('{');
  if (brace === -1 || token.value.endsWith('}')) return token;
  const end = line.indexOf('}', token.end);
  if (end === -1 || end - token.start > 600 || line.slice(token.end, end).includes('"')) return token;
  return { value: line.slice(token.start, end + 1), start: token.start, end: end + 1, quoted: false };
}

/** `METHOD PATH PROTOCOL`; damaged pastes may lack blanks or the opening quote. */
function addRequest(line: string, from: number, to: number, fields: AccessLogField[]): void {
  const request = line.slice(from, to);
  const protocol = /(HTTP\/[\d.]+|-)$/.exec(request);
  const head = protocol === null ? request : request.slice(0, protocol.index);
  const blank = head.indexOf(' ');
  const method = blank === -1 ? head : head.slice(0, blank);
  if (/^(?:[A-Z]{2,10}|-)$/.test(method)) {
    fields.push({ name: 'method', value: method, start: from, end: from + method.length });
    const path = head.slice(blank + 1).trim();
    const start = from + head.indexOf(path, blank + 1);
    if (blank !== -1 && path !== '')
      fields.push({ name: 'path', value: path, start, end: start + path.length });
  }
  if (protocol !== null)
    fields.push({ name: 'protocol', value: protocol[1]!, start: from + protocol.index, end: to });
}
