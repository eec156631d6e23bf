/** The one place from which requests leave: GET only, each with a time-out, a size limit and an abort signal. */
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { isFromApi, parse, RefusedError, shown, unreachable } from './answer.ts';
import type { Connection } from './connection.ts';
import { LookError } from './reader.ts';

export interface DoorLimits {
  /** One request, from asking to the last byte. Milliseconds. */
  readonly timeout: number;
  /** One answer. Bytes. */
  readonly bytes: number;
}

/** How often a request that the server was too busy for is repeated (429, 5xx), after its Retry-After or a second. */
const REPEATS = 2;
/** Longest wait that a server may ask for. Milliseconds. */
const MAX_WAIT = 3_000;

export interface Answer {
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
}

/** What was asked for is not there, which is an answer. */
const ABSENT = Symbol('absent');

/** For one signal: whoever reads for something else has a door of its own to the same connection. */
export class Door {
  readonly #connection: Connection;
  readonly #signal: AbortSignal;
  readonly #limits: DoorLimits;

  constructor(connection: Connection, signal: AbortSignal, limits: DoorLimits) {
    this.#connection = connection;
    this.#signal = signal;
    this.#limits = limits;
  }

  /** `undefined` where the object or the kind is not there and that is an answer. */
  async json(path: string, { absentIsFine = false } = {}): Promise<unknown> {
    const answer = await this.get(path, absentIsFine);
    return answer === ABSENT ? undefined : parse(answer.body, path);
  }

  /** Throws LookError where the server refuses, is too busy time after time, or cannot be reached. */
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
      request.on('error', (error: NodeJS.ErrnoException) => {
        // The server may have closed a kept connection just as it was used again: that says nothing about the cluster.
        const isStale = request.reusedSocket && error.code === 'ECONNRESET' && !signal.aborted;
        if (isStale) this.#send(path).then(resolve, reject);
        else fail(error);
      });
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
