/** Answers of an API server: their JSON, and the failure that an answer of another kind is. */
import { firstLine } from './cause.ts';
import { type KubeObject, LookError, type LookFailure } from './reader.ts';

/** An answer that is none: what the status says of it. */
export class RefusedError extends LookError {
  readonly status: number;

  constructor(path: string, status: number, body: string) {
    super(failureOf(status), `GET ${shown(path)}: ${status} ${messageOf(body)}`.trim());
    this.status = status;
  }
}

function failureOf(status: number): LookFailure {
  if (status === 401 || status === 403) return 'forbidden';
  return status === 429 || status >= 500 ? 'unreachable' : 'failed';
}

/** "Not found" of the API, and not of a load balancer or a login page that stands at its address. */
export function isFromApi(body: string): boolean {
  if (body.trim() === '404 page not found') return true;
  try {
    return (JSON.parse(body) as { kind?: unknown } | null)?.kind === 'Status';
  } catch {
    return false;
  }
}

/** An answer without the fields that it needs to have. */
export function noObject(path: string): LookError {
  return new LookError('failed', `GET ${shown(path)}: the answer is of another form`);
}

/** No answer at all. */
export function unreachable(path: string, error: unknown): LookError {
  return error instanceof LookError
    ? error
    : new LookError('unreachable', `GET ${shown(path)}: ${firstLine(error)}`, error);
}

/** The sentence of a Status object, or the beginning of whatever came. */
function messageOf(body: string): string {
  try {
    const { message } = JSON.parse(body) as { message?: unknown };
    if (typeof message === 'string') return message.slice(0, 300);
  } catch {}
  return body.slice(0, 120);
}

/** The JSON of an answer; throws LookError where it is none. */
export function parse(body: string, path: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new LookError('failed', `GET ${shown(path)}: the answer is no JSON`, cause);
  }
}

/** An object of JSON: neither a list nor null. */
export function isObject(value: unknown): value is KubeObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A path as a person may read it: without its query, and no longer than a line or two. */
export const shown = (path: string) => path.split('?')[0]!.slice(0, 200);
