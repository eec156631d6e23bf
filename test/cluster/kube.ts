/** What a test does to a real cluster as its administrator: server-side apply, delete, and raw requests. */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseAllDocuments } from 'yaml';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string } & Record<string, unknown>;
  readonly [field: string]: unknown;
}

interface Served {
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

export interface Reply {
  readonly status: number;
  readonly body: string;
}

/** One request may take this long. Milliseconds. */
const TIMEOUT = 30_000;
/** How long a new kind may take to be served. Milliseconds. */
const SERVED_DEADLINE = 30_000;

export class Kube {
  readonly #url: string;
  readonly #agent: Agent;
  readonly #served = new Map<string, readonly Served[]>();

  constructor(url: string, tls: { readonly ca: string; readonly cert: string; readonly key: string }) {
    this.#url = url;
    this.#agent = new Agent({ keepAlive: true, ...tls });
  }

  /** `body`: an object to send as JSON, or a text to send as it is. */
  send(method: string, path: string, body?: unknown, type = 'application/json'): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const sent = request(
        this.#url + path,
        {
          method,
          agent: this.#agent,
          signal: AbortSignal.timeout(TIMEOUT),
          headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': type }) },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
          );
        },
      );
      sent.on('error', reject);
      sent.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body));
    });
  }

  /** As send, for a request that must work. */
  async call(method: string, path: string, body?: unknown, type?: string): Promise<Record<string, unknown>> {
    const reply = await this.send(method, path, body, type);
    if (reply.status >= 300)
      throw new Error(`${method} ${path}: ${reply.status} ${reply.body.slice(0, 500)}`);
    return JSON.parse(reply.body) as Record<string, unknown>;
  }

  /** Makes the cluster hold exactly these objects; a `status` is written where the kubelet would write it. */
  async apply(...manifests: readonly Manifest[]): Promise<void> {
    for (const manifest of manifests) {
      const path = await this.#pathOf(manifest);
      const query = 'fieldManager=test&force=true';
      const { status, ...rest } = manifest;
      await this.call('PATCH', `${path}?${query}`, rest, APPLY);
      if (status === undefined) continue;
      const { apiVersion, kind, metadata } = manifest;
      const { name, namespace } = metadata;
      const named = { name, ...(namespace ? { namespace } : {}) };
      await this.call(
        'PATCH',
        `${path}/status?${query}`,
        { apiVersion, kind, metadata: named, status },
        APPLY,
      );
    }
  }

  /** Applies one YAML document as it is written. */
  async applyText(path: string, yaml: string): Promise<void> {
    await this.call('PATCH', `${path}?fieldManager=text&force=true`, yaml, APPLY);
  }

  /** Waits until the API serves the kind. */
  async served(root: string, kind: string): Promise<void> {
    await this.#kind(root, kind);
  }

  /** When the object was made, as the API writes it. */
  async createdAt(manifest: Manifest): Promise<string> {
    const found = await this.call('GET', await this.#pathOf(manifest));
    return (found.metadata as { creationTimestamp: string }).creationTimestamp;
  }

  /**
   * Removes the objects at once, the last one first; those that are not there are left alone, and so are namespaces:
   * nothing would finish their removal.
   */
  async remove(...manifests: readonly Manifest[]): Promise<void> {
    for (const manifest of [...manifests].reverse()) {
      if (manifest.kind === 'Namespace') continue;
      const path = await this.#pathOf(manifest);
      const { status, body } = await this.send('DELETE', `${path}?gracePeriodSeconds=0`);
      if (status >= 300 && status !== 404) throw new Error(`DELETE ${path}: ${status} ${body.slice(0, 500)}`);
    }
  }

  async close(): Promise<void> {
    this.#agent.destroy();
  }

  async #pathOf({ apiVersion, kind, metadata }: Manifest): Promise<string> {
    const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const { plural, namespaced } = await this.#kind(root, kind);
    const scope = namespaced ? `/namespaces/${metadata.namespace ?? 'default'}` : '';
    return `${root}${scope}/${plural}/${metadata.name}`;
  }

  /** Kinds of a CustomResourceDefinition are served only a moment after it was written. */
  async #kind(root: string, kind: string): Promise<Served> {
    for (const end = Date.now() + SERVED_DEADLINE; Date.now() < end; await sleep(50)) {
      const known = this.#served.get(root)?.find((one) => one.kind === kind);
      if (known) return known;
      const { status, body } = await this.send('GET', root);
      if (status !== 200) continue;
      const { resources } = JSON.parse(body) as { resources: readonly (Served & { name: string })[] };
      this.#served.set(
        root,
        resources
          .filter(({ name }) => !name.includes('/'))
          .map(({ name, kind: own, namespaced }) => ({ kind: own, plural: name, namespaced })),
      );
    }
    throw new Error(`${root} does not serve ${kind}`);
  }
}

const APPLY = 'application/apply-patch+yaml';

/** The objects of a file of YAML documents. */
export function manifestsOf(file: string): Manifest[] {
  return parseAllDocuments(readFileSync(file, 'utf8'))
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest) => manifest !== null);
}
