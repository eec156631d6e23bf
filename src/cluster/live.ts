/** Reads a live cluster: GET and nothing else, each request with a time-out, a size limit and an abort signal. */
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { firstLine } from './cause.ts';
import { Connection } from './connection.ts';
import type { ClusterChoice } from './kubeconfig.ts';
import {
  type ClusterReader,
  type KubeObject,
  type ListOptions,
  LookError,
  type LookFailure,
} from './reader.ts';
import { RESOURCES, type Resource } from './resources.ts';
import { trim } from './trim.ts';

export interface LiveLimits {
  /** One request, from asking to the last byte. Milliseconds. */
  readonly timeout: number;
  /** Getting credentials: a plugin may open a browser. Milliseconds. */
  readonly login: number;
  /** Objects in one page of a list. */
  readonly page: number;
  /** Objects a list may have in all: of a longer one nothing is told, since a part of it would mislead. */
  readonly objects: number;
  /** One answer. Bytes. */
  readonly bytes: number;
}

export const LIVE_LIMITS: LiveLimits = {
  timeout: 10_000,
  login: 25_000,
  page: 250,
  objects: 50_000,
  bytes: 64 * 1024 * 1024,
};

/** How often a request that the server was too busy for is repeated (429, 5xx), after its Retry-After or a second. */
const REPEATS = 2;
/** Longest wait that a server may ask for. Milliseconds. */
const MAX_WAIT = 3_000;

/** Opens the cluster once for a case: credentials and discovery are asked for once, whoever reads. Throws LookError. */
export function openLive(
  choice: ClusterChoice,
  limits: LiveLimits = LIVE_LIMITS,
): (signal: AbortSignal) => ClusterReader {
  const connection = new Connection(choice, limits);
  let served: ReadonlyMap<string, readonly string[]> | undefined;
  return (signal) => {
    const door = new Door(connection, signal, limits);
    const groups = async () => {
      served ??= await readGroups(door);
      return served;
    };
    return readerOf(door, groups, limits);
  };
}

function readerOf(door: Door, groups: ClusterReader['groups'], limits: LiveLimits): ClusterReader {
  /** The path of a resource's list, `undefined` where the cluster does not serve it. */
  const pathOf = async (resource: Resource, namespace: string | undefined): Promise<string | undefined> => {
    const version = resource.versions.length === 1 ? resource.versions[0] : await servedVersion(resource);
    if (version === undefined) return undefined;
    const root = resource.group === '' ? `/api/${version}` : `/apis/${resource.group}/${version}`;
    const scope = resource.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
    return `${root}${scope}/${resource.plural}`;
  };
  const servedVersion = async (resource: Resource): Promise<string | undefined> => {
    const versions = (await groups()).get(resource.group) ?? [];
    return resource.versions.find((version) => versions.includes(version)) ?? versions[0];
  };

  return {
    groups,
    async list(id, options = {}) {
      const path = await pathOf(RESOURCES[id], options.namespace);
      return path === undefined ? [] : readPages(door, path, options, limits, RESOURCES[id]);
    },
    async get(id, name, namespace) {
      const path = await pathOf(RESOURCES[id], namespace);
      if (path === undefined) return undefined;
      const one = `${path}/${encodeURIComponent(name)}`;
      const answer = await door.json(one, { absentIsFine: true });
      if (answer === undefined || isObject(answer)) return answer;
      throw noObject(one);
    },
    async log({ namespace, pod, container, tail, previous, sinceSeconds }) {
      const query = new URLSearchParams({
        container,
        tailLines: String(tail),
        limitBytes: String(limits.bytes),
      });
      if (previous) query.set('previous', 'true');
      if (sinceSeconds !== undefined) query.set('sinceSeconds', String(sinceSeconds));
      const { body } = await door.get(
        `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log?${query}`,
      );
      return body;
    },
    async version() {
      const { body, headers } = await door.get('/version');
      const parsed = parse(body, '/version');
      if (!isObject(parsed)) throw noObject('/version');
      const date = headers.date ? new Date(headers.date) : undefined;
      return { gitVersion: String(parsed.gitVersion ?? ''), date, isNow: true };
    },
  };
}

async function readGroups(door: Door): Promise<ReadonlyMap<string, readonly string[]>> {
  const answer = await door.json('/apis');
  // Groups that cannot be read are not "none": every kind of the mesh would seem not to be installed.
  if (!isObject(answer) || !Array.isArray(answer.groups)) throw noObject('/apis');
  const { groups } = answer;
  return new Map(
    groups.flatMap((group: { name?: unknown; versions?: unknown }) => {
      const versions = Array.isArray(group?.versions) ? group.versions : [];
      return typeof group?.name === 'string'
        ? [[group.name, versions.map((v: { version?: unknown }) => String(v?.version ?? ''))] as const]
        : [];
    }),
  );
}

async function readPages(
  door: Door,
  path: string,
  options: ListOptions,
  limits: LiveLimits,
  { group, plural }: Resource,
): Promise<KubeObject[]> {
  const found: KubeObject[] = [];
  let next = '';
  let restarts = 0;
  for (;;) {
    const query = new URLSearchParams({ limit: String(limits.page) });
    if (options.labelSelector) query.set('labelSelector', options.labelSelector);
    if (options.fieldSelector) query.set('fieldSelector', options.fieldSelector);
    if (next) query.set('continue', next);
    let answer: unknown;
    try {
      answer = await door.json(`${path}?${query}`, { absentIsFine: group !== '' });
    } catch (error) {
      // 410: the list was so slow that its snapshot expired on the server; it is begun anew, once.
      if (!(error instanceof RefusedError && error.status === 410 && restarts++ === 0)) throw error;
      found.length = 0;
      next = '';
      continue;
    }
    if (answer === undefined) return found;
    if (!isObject(answer)) throw noObject(path);
    // A Go server writes an empty list as null at times.
    const items = answer.items === null ? [] : answer.items;
    if (!Array.isArray(items)) throw noObject(path);
    for (const item of items) if (isObject(item)) found.push(trim(item, plural));
    const metadata = isObject(answer.metadata) ? answer.metadata : {};
    const last = next;
    next = typeof metadata.continue === 'string' ? metadata.continue : '';
    if (found.length > limits.objects || (found.length === limits.objects && next !== ''))
      throw new LookError('failed', `GET ${shown(path)}: more than ${limits.objects} objects`);
    if (next === '') return found;
    if (next === last) throw new LookError('failed', `GET ${shown(path)}: the same page twice`);
  }
}

interface Answer {
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
}

/** What was asked for is not there, which is an answer. */
const ABSENT = Symbol('absent');

/** The one place from which requests leave. */
class Door {
  readonly #connection: Connection;
  readonly #signal: AbortSignal;
  readonly #limits: LiveLimits;

  constructor(connection: Connection, signal: AbortSignal, limits: LiveLimits) {
    this.#connection = connection;
    this.#signal = signal;
    this.#limits = limits;
  }

  /** `undefined` where the object or the kind is not there and that is an answer. */
  async json(path: string, { absentIsFine = false } = {}): Promise<unknown> {
    const answer = await this.get(path, absentIsFine);
    return answer === ABSENT ? undefined : parse(answer.body, path);
  }

  async get(path: string): Promise<Answer>;
  async get(path: string, absentIsFine: boolean): Promise<Answer | typeof ABSENT>;
  async get(path: string, absentIsFine = false): Promise<Answer | typeof ABSENT> {
    let mayRenew = true;
    for (let attempt = 0; ; attempt++) {
      const { status, body, headers, auth } = await this.#send(path);
      if (status === 401) {
        const isExpired = this.#connection.refused(auth) && mayRenew;
        mayRenew = false;
        if (isExpired) continue;
      } else this.#connection.worked(auth);
      if (status >= 200 && status < 300) return { body, headers };
      if (status === 404 && absentIsFine && isFromApi(body)) return ABSENT;
      const isBusy = status === 429 || status >= 500;
      if (!isBusy || attempt >= REPEATS) throw new RefusedError(path, status, body);
      await this.#wait(Number(headers['retry-after'] ?? 1) * 1000);
    }
  }

  async #send(path: string): Promise<Answer & { status: number; auth: RequestOptions }> {
    const { timeout, bytes } = this.#limits;
    const { server } = this.#connection;
    const auth = await this.#connection.auth(this.#signal);
    const deadline = AbortSignal.timeout(timeout);
    const signal = AbortSignal.any([this.#signal, deadline]);
    const url = new URL(server.pathname.replace(/\/$/, '') + path, server);
    const send = url.protocol === 'http:' ? httpRequest : httpsRequest;
    return new Promise((resolve, reject) => {
      const fail = (error: unknown) =>
        reject(signal.aborted ? this.#aborted(path, deadline) : unreachable(path, error));
      const tooLarge = new LookError('failed', `GET ${shown(path)}: more than ${bytes} bytes`);
      const request = send(
        url,
        {
          ...auth,
          method: 'GET',
          signal,
          headers: { ...(auth.headers as object), accept: 'application/json' },
        },
        (response) => {
          const chunks: Buffer[] = [];
          let size = 0;
          response.on('data', (chunk: Buffer) => {
            size += chunk.length;
            if (size <= bytes) chunks.push(chunk);
            else {
              reject(tooLarge);
              request.destroy();
            }
          });
          response.on('error', fail);
          response.on('aborted', () => fail(new Error('the connection was cut')));
          response.on('close', () => fail(new Error('the connection was cut')));
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              body: Buffer.concat(chunks).toString('utf8'),
              headers: response.headers,
              auth,
            }),
          );
        },
      );
      request.on('error', fail);
      request.end();
    });
  }

  #aborted(path: string, deadline: AbortSignal): LookError {
    return deadline.aborted && !this.#signal.aborted
      ? new LookError('timed-out', `GET ${shown(path)}: ${this.#limits.timeout / 1000} s`)
      : new LookError('cancelled', `GET ${shown(path)}`);
  }

  async #wait(milliseconds: number): Promise<void> {
    const time = Number.isFinite(milliseconds) ? Math.min(Math.max(milliseconds, 0), MAX_WAIT) : 1000;
    try {
      await sleep(time, undefined, { signal: this.#signal });
    } catch (cause) {
      throw new LookError('cancelled', 'waiting to repeat a request', cause);
    }
  }
}

/** An answer that is none: what the status says of it. */
class RefusedError extends LookError {
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
function isFromApi(body: string): boolean {
  if (body.trim() === '404 page not found') return true;
  try {
    return (JSON.parse(body) as { kind?: unknown } | null)?.kind === 'Status';
  } catch {
    return false;
  }
}

function noObject(path: string): LookError {
  return new LookError('failed', `GET ${shown(path)}: the answer is of another form`);
}

function unreachable(path: string, error: unknown): LookError {
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

function parse(body: string, path: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new LookError('failed', `GET ${shown(path)}: the answer is no JSON`, cause);
  }
}

function isObject(value: unknown): value is KubeObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const shown = (path: string) => path.split('?')[0]!.slice(0, 200);
