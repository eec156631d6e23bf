/**
 * What `kubectl describe pod` prints, container by container, said as a row of `kubectl get pods` would say it:
 * whose container it is, what keeps it from running, how its last run ended.
 */

import { type ContainerState, containerState } from './containers.ts';

/** Fields of something a record describes, and the line of the record where it begins. */
export interface Part {
  readonly line: number;
  readonly fields: Readonly<{ [name: string]: string }>;
  /** The container that it is about, where the description tells its state. */
  readonly container?: ContainerState;
}

const KEY =
  /^\s{0,40}(Name|Namespace|Status|Image|State|Last State|Reason|Exit Code|Ready|Restart Count|Liveness|Readiness):(?:\s{1,40}(\S{1,200})|\s*$)/;
const HEAD = /^\s{0,40}([a-z0-9][a-z0-9-]{0,62}):\s*$/;
const SECTION = /^\s{0,40}(Init Containers|Containers|Conditions|Volumes|Events|Environment|Mounts):/;
/** Containers of the mesh by their image or by the port of their probe, where the beginning was cut off. */
const IMAGES: Readonly<Record<string, string>> = {
  proxyv2: 'istio-proxy',
  proxy_debug: 'istio-proxy',
  pilot: 'discovery',
  mixer: 'mixer',
  galley: 'galley',
  citadel: 'citadel',
};
const PROXY_PROBE = /:150(?:20|21)\/healthz\/ready/;

interface Container {
  line: number;
  readonly name: string | undefined;
  readonly isInit: boolean;
  image?: string;
  state?: string;
  reason?: string;
  last?: string;
  exit?: string;
  ready?: string;
  restarts?: string;
  isProxy: boolean;
}

/** Reads text records one after another; what a long description said of its pod still holds in the next of them. */
export class PodReader {
  #name: string | undefined;
  #namespace: string | undefined;
  #isInit = false;
  #container: Container | undefined;
  /** Which of the two states a reason belongs to. */
  #inLast = false;

  /** What comes next is about something else. */
  reset(): void {
    this.#name = undefined;
    this.#namespace = undefined;
    this.#isInit = false;
    this.#container = undefined;
    this.#inLast = false;
  }

  /** The pod that an event below a description, or after the one that placed it on a node, is about. */
  podOf(line: string): string | undefined {
    const named = podOfEvent(line);
    if (named !== undefined) this.#name = named;
    return this.#name;
  }

  read(lines: readonly string[]): readonly Part[] {
    if (!lines.some((line) => line.includes('State:') || line.includes('Status:') || line.includes(EVICTED)))
      return NO_PARTS;
    const parts: Part[] = [];
    const close = (): void => {
      const part = this.#container === undefined ? undefined : this.#partOf(this.#container);
      if (part !== undefined) parts.push(part);
      if (part !== undefined) this.#container = undefined;
    };
    lines.forEach((line, at) => {
      const evicted = line.includes(EVICTED) ? containerOfEvent(line) : undefined;
      if (evicted !== undefined)
        parts.push({ line: at, fields: this.#podFields({ container: evicted, reason: 'Evicted' }) });
      if (line.length > 400 || !line.includes(':')) return;
      const section = SECTION.exec(line);
      if (section !== null) {
        if (section[1] === 'Environment' || section[1] === 'Mounts') return;
        close();
        this.#container = undefined;
        this.#isInit = section[1] === 'Init Containers';
        return;
      }
      const head = HEAD.exec(line);
      if (head !== null) {
        close();
        this.#inLast = false;
        this.#container = { line: at, name: head[1]!, isInit: this.#isInit, isProxy: false };
        return;
      }
      const key = KEY.exec(line);
      if (key !== null) this.#take(key[1]!, key[2] ?? '', line, at, parts, close);
    });
    close();
    if (this.#container !== undefined) this.#container.line = 0;
    return parts;
  }

  #take(key: string, value: string, line: string, at: number, parts: Part[], close: () => void): void {
    if (key === 'Name') {
      // A volume's or an object's `Name:` within the description is indented.
      if (line.startsWith(' ') && this.#name !== undefined) return;
      close();
      this.reset();
      this.#name = value;
      return;
    }
    if (key === 'Namespace') {
      this.#namespace = value;
      return;
    }
    if (key === 'Status') {
      if (this.#name !== undefined && this.#container === undefined && value !== 'Running')
        parts.push({ line: at, fields: this.#podFields({ status: value }) });
      return;
    }
    if (key === 'State' && this.#container?.state !== undefined) close();
    this.#container ??= { line: at, name: undefined, isInit: this.#isInit, isProxy: false };
    const container = this.#container;
    switch (key) {
      case 'Image':
        container.image = value;
        break;
      case 'State':
        container.state = value;
        this.#inLast = false;
        break;
      case 'Last State':
        this.#inLast = true;
        break;
      case 'Reason':
        if (this.#inLast) container.last = value;
        else container.reason = value;
        break;
      case 'Exit Code':
        container.exit = value;
        break;
      case 'Ready':
        container.ready = value;
        break;
      case 'Restart Count':
        container.restarts = value;
        break;
      default:
        if (PROXY_PROBE.test(line)) container.isProxy = true;
    }
  }

  #partOf(container: Container): Part | undefined {
    const { line, state, reason, last, exit, ready, restarts, image, isInit } = container;
    if (state === undefined && last === undefined) return undefined;
    const fields = this.#podFields({});
    const name = container.name ?? (container.isProxy ? 'istio-proxy' : nameOfImage(image));
    if (name !== undefined) fields.container = name;
    if (image !== undefined) fields.image = image;
    if (last !== undefined) fields.last = last;
    if (exit !== undefined) fields.exit = exit;
    if (ready !== undefined) fields['container-ready'] = ready.toLowerCase();
    if (restarts !== undefined) fields.restarts = restarts;
    const status = reason ?? state;
    if (status !== undefined) fields.status = isInit && status !== 'Completed' ? `Init:${status}` : status;
    if (name === undefined || state === undefined) return { line, fields };
    const shown = state === 'Running' ? state : (reason ?? state);
    return { line, fields, container: containerState(name, isInit, shown) };
  }

  #podFields(fields: { [name: string]: string }): { [name: string]: string } {
    if (this.#name !== undefined) fields.name = this.#name;
    if (this.#namespace !== undefined) fields.namespace = this.#namespace;
    return fields;
  }
}

const NO_PARTS: readonly Part[] = Object.freeze([]);

function nameOfImage(image: string | undefined): string | undefined {
  const name = /([a-z0-9_-]{1,60})(?:[:@]|$)/.exec(image?.slice(image.lastIndexOf('/') + 1) ?? '');
  return name !== null && Object.hasOwn(IMAGES, name[1]!) ? IMAGES[name[1]!] : undefined;
}

/** Characters of an event's message looked at. */
const MAX_EVENT = 2_000;
const EVICTED = ' was using ';
/** Where an event names the pod it is about: in its message, or before its kind in the tables of older kubectl. */
const POD_NAMES: readonly RegExp[] = [
  /\bpod "?([a-z0-9][a-z0-9.-]{1,200})_[a-z0-9-]{1,63}\(/,
  /\s([a-z0-9][a-z0-9-]{1,200})\.[0-9a-f]{14,20}\s{1,80}Pod\s/,
  /Successfully assigned (?:[a-z0-9-]{1,63}\/)?([a-z0-9][a-z0-9.-]{1,200}) to /,
];
const USING = /\bContainer ([a-z0-9][a-z0-9-]{0,62}) was using (\d{1,15})([KMG]i)?\b/g;
const MESSAGE =
  /\b(?:failed container|[Cc]reated container:?|[Ss]tarted container|[Ss]topping container|[Cc]ontainer) "?([a-z0-9][a-z0-9-]{0,62})"?(?=,| failed| in pod| exceeded| init|$|\s*$)/;
const UNITS: Readonly<Record<string, number>> = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 };

function podOfEvent(line: string): string | undefined {
  if (!/\b[Pp]od\b|Successfully assigned /.test(line)) return undefined;
  const message = line.length > MAX_EVENT ? line.slice(0, MAX_EVENT) : line;
  for (const names of POD_NAMES) {
    const found = names.exec(message);
    if (found !== null) return found[1];
  }
  return undefined;
}

/** The container an event of the kubelet is about: of an evicted pod the one that used most. */
export function containerOfEvent(line: string): string | undefined {
  const message = line.length > MAX_EVENT ? line.slice(0, MAX_EVENT) : line;
  let most = -1;
  let found: string | undefined;
  if (message.includes(EVICTED))
    for (const [, name, amount, unit] of message.matchAll(USING)) {
      const bytes = Number(amount) * (UNITS[unit ?? ''] ?? 1);
      if (bytes <= most) continue;
      most = bytes;
      found = name;
    }
  return found ?? MESSAGE.exec(message)?.[1];
}
