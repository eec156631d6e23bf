/** Where a cluster is and what lets unmesh in: asked for when first needed, and anew when it no longer works. */
import { Agent, type RequestOptions } from 'node:http';
import type { KubeConfig } from '@kubernetes/client-node';
import { firstLine } from './cause.ts';
import { type PluginCredentials, runPlugin } from './exec-plugin.ts';
import { type ClusterChoice, openKubeconfig } from './kubeconfig.ts';
import { LookError } from './reader.ts';

export interface ConnectionLimits {
  /** Getting into the proxy of the cluster. Milliseconds. */
  readonly timeout: number;
  /** Getting credentials: a plugin may open a browser. Milliseconds. */
  readonly login: number;
}

/** As many as lists are read at once. */
const MAX_FREE = 4;

interface Login {
  readonly options: RequestOptions;
  /** Milliseconds of the epoch; `undefined` where nothing says so. */
  readonly expires: number | undefined;
}

/** One run that gets credentials, and how many requests wait for it. */
interface Asking {
  readonly login: Promise<Login>;
  readonly controller: AbortController;
  waiting: number;
}

export class Connection {
  readonly server: URL;
  readonly #choice: ClusterChoice;
  readonly #limits: ConnectionLimits;
  #config: KubeConfig | undefined;
  #asking: Asking | undefined;
  #login: Login | undefined;
  readonly #good = new WeakSet<RequestOptions>();

  /** Throws LookError for what is wrong with the kubeconfig. */
  constructor(choice: ClusterChoice, limits: ConnectionLimits) {
    this.#config = openKubeconfig(choice);
    this.server = new URL(this.#config.getCurrentCluster()!.server);
    // The person agreed to look at this cluster: what the file calls current may change meanwhile.
    this.#choice = { ...choice, context: this.#config.getCurrentContext() };
    this.#limits = limits;
  }

  /** The credentials at hand, else those it gets; whoever asks meanwhile shares them. Rejects with LookError. */
  async auth(signal: AbortSignal): Promise<RequestOptions> {
    const { expires = Number.POSITIVE_INFINITY } = this.#login ?? {};
    if (expires <= Date.now()) this.#forget();
    if (this.#login) return this.#login.options;
    this.#asking ??= this.#ask();
    const asking = this.#asking;
    asking.waiting++;
    try {
      return (await orCancelled(asking.login, signal)).options;
    } finally {
      // A plugin that nobody waits for any longer would keep the program running.
      if (--asking.waiting === 0) {
        asking.controller.abort();
        this.#done(asking);
      }
    }
  }

  /** The API took these credentials. */
  worked(options: RequestOptions): void {
    this.#good.add(options);
  }

  /**
   * The API refused the credentials: they are not used again. True where they had been good before, so that asking
   * once more with new ones makes sense; a second refusal then is the answer.
   */
  refused(options: RequestOptions): boolean {
    if (this.#login?.options === options) this.#forget();
    return this.#good.has(options);
  }

  /** The file is read again too: a login in another window writes there. */
  #forget(): void {
    this.#login = undefined;
    this.#config = undefined;
  }

  #ask(): Asking {
    const controller = new AbortController();
    const signal = AbortSignal.any([controller.signal, AbortSignal.timeout(this.#limits.login)]);
    const asking: Asking = { login: this.#getIn(signal), controller, waiting: 0 };
    asking.login.then(
      (login) => {
        this.#login = login;
        this.#done(asking);
      },
      () => this.#done(asking),
    );
    return asking;
  }

  #done(asking: Asking): void {
    if (this.#asking === asking) this.#asking = undefined;
  }

  async #getIn(signal: AbortSignal): Promise<Login> {
    this.#config ??= openKubeconfig(this.#choice);
    const config = this.#config;
    // One try each: the next one begins with the file as it is then.
    this.#config = undefined;
    const cluster = config.getCurrentCluster()!;
    const user = config.getCurrentUser()!;
    if (new URL(cluster.server).href !== this.server.href)
      throw new LookError('failed', `kubeconfig: the server changed to ${cluster.server}`);
    let expires: number | undefined;
    if (user.exec) {
      const found = await runPlugin(user.exec, cluster, this.#choice.env, signal);
      Object.assign(user, asUser(found), { exec: undefined });
      expires = found.expires;
    }
    const options: RequestOptions = { timeout: this.#limits.timeout };
    try {
      await orTimedOut(config.applyToHTTPSOptions(options), signal);
    } catch (cause) {
      if (cause instanceof LookError) throw cause;
      throw new LookError('failed', `credentials: ${firstLine(cause)}`, cause);
    }
    // A list is many pages: one handshake for each would take longer than the pages. Proxies' agents keep to their own.
    if (options.agent instanceof Agent && !cluster.proxyUrl)
      Object.assign(options.agent, { keepAlive: true, maxFreeSockets: MAX_FREE });
    return { options, expires };
  }
}

/** As the client has a user; a certificate of the plugin stands above a file's. */
function asUser({ token, certificate, key }: PluginCredentials): object {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  return {
    ...(token ? { token } : {}),
    ...(certificate && key
      ? { certFile: undefined, keyFile: undefined, certData: base64(certificate), keyData: base64(key) }
      : {}),
  };
}

function orCancelled<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return unless(work, signal, () => new LookError('cancelled', 'credentials'));
}

/** The client's own ways to get credentials ask a server, some without any limit. */
function orTimedOut<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return unless(work, signal, () => new LookError('timed-out', 'credentials'));
}

function unless<T>(work: Promise<T>, signal: AbortSignal, why: () => LookError): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(why());
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
