/**
 * JSON values one after another, the items of a list each on its own: a list of a large cluster need not be in memory
 * twice, and of a text that breaks off in the middle the items before the break are still there. Linear in the text.
 */
import type { KubeObject } from '../reader.ts';
import type { Document, ListEnd } from './documents.ts';
import { isRecord } from './field.ts';
import { MAX_ITEMS, tooLarge } from './limits.ts';

export function* jsonDocuments(text: string, onFault: (reason: string) => void): Generator<Document> {
  let at = skipSpace(text, 0);
  for (let values = 0; at < text.length; values++) {
    if (values > MAX_ITEMS) throw tooLarge('items', MAX_ITEMS);
    const first = text[at];
    if (first !== '{' && first !== '[') {
      onFault(`no JSON at ${at}: ${text.slice(at, at + 40)}`);
      return;
    }
    const reading = { end: -1 };
    if (first === '[') yield readArray(text, at, reading, onFault);
    else {
      const list = readObject(text, at, reading, onFault);
      if (list) yield list;
    }
    if (reading.end < 0) return;
    at = skipSpace(text, reading.end);
  }
}

/** Where the value that is being read ends; -1 while that is unknown, or where the text breaks off. */
interface Reading {
  end: number;
}

function readArray(text: string, at: number, reading: Reading, onFault: (reason: string) => void): Document {
  const state = { isWhole: true };
  return {
    type: 'list',
    items: lazily(() =>
      elements(text, at, onFault, state, (end) => {
        reading.end = end;
      }),
    ),
    end: () => ({ apiVersion: '', kind: '', isWhole: state.isWhole }),
  };
}

function readObject(
  text: string,
  at: number,
  reading: Reading,
  onFault: (reason: string) => void,
): Document | undefined {
  const items = itemsOf(text, at);
  if (items === undefined) {
    const end = endOf(text, at);
    if (end < 0) {
      onFault('breaks off');
      return undefined;
    }
    reading.end = end;
    const value = parse(text.slice(at, end), onFault);
    return isRecord(value) ? { type: 'object', value } : undefined;
  }
  const state = { isWhole: true };
  let after = -1;
  return {
    type: 'list',
    items: lazily(function* () {
      yield* elements(text, items, onFault, state, (end) => {
        after = end;
      });
      if (after < 0) return;
      reading.end = endOf(text, after, 1);
      if (reading.end < 0) onFault('breaks off');
    }),
    end: (): ListEnd => {
      // The list without its items is small; kind and version may stand before them or behind.
      const rest = reading.end < 0 ? '' : `${text.slice(at, items)}[]${text.slice(after, reading.end)}`;
      const value = rest === '' ? undefined : parse(rest, onFault);
      const field = (name: string) =>
        isRecord(value) && typeof value[name] === 'string' ? (value[name] as string) : '';
      return {
        apiVersion: field('apiVersion'),
        kind: field('kind'),
        isWhole: state.isWhole && isRecord(value),
      };
    },
  };
}

function lazily(make: () => Iterator<KubeObject>): Iterable<KubeObject> {
  return { [Symbol.iterator]: make };
}

/** The elements of the array at `at` that are objects. */
function* elements(
  text: string,
  at: number,
  onFault: (reason: string) => void,
  state: { isWhole: boolean },
  onEnd: (end: number) => void,
): Generator<KubeObject> {
  let here = skipSpace(text, at + 1);
  if (text[here] === ']') return onEnd(here + 1);
  for (let items = 0; ; items++) {
    if (items > MAX_ITEMS) throw tooLarge('items', MAX_ITEMS);
    const end = endOf(text, here);
    if (end < 0) {
      state.isWhole = false;
      onFault('breaks off');
      return;
    }
    const value = parse(text.slice(here, end), onFault);
    if (isRecord(value)) yield value;
    else state.isWhole = false;
    here = skipSpace(text, end);
    if (text[here] === ']') return onEnd(here + 1);
    if (text[here] !== ',') {
      state.isWhole = false;
      onFault(`no JSON at ${here}`);
      return;
    }
    here = skipSpace(text, here + 1);
  }
}

/** Where the array of the object's own `items` begins; `undefined` where it has none. */
function itemsOf(text: string, at: number): number | undefined {
  let here = skipSpace(text, at + 1);
  while (text[here] === '"') {
    const keyEnd = stringEnd(text, here);
    if (keyEnd < 0) return undefined;
    const colon = skipSpace(text, keyEnd);
    if (text[colon] !== ':') return undefined;
    const value = skipSpace(text, colon + 1);
    if (text.slice(here, keyEnd) === '"items"') return text[value] === '[' ? value : undefined;
    // A list has a few short fields before its items; anything long before them is an object of its own.
    const end = endOf(text, value);
    if (end < 0 || end - at > MAX_HEAD) return undefined;
    const comma = skipSpace(text, end);
    if (text[comma] !== ',') return undefined;
    here = skipSpace(text, comma + 1);
  }
  return undefined;
}

const MAX_HEAD = 64 * 1024;

function parse(text: string, onFault: (reason: string) => void): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    onFault(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

const SPACE = /[ \t\r\n]*/y;
function skipSpace(text: string, at: number): number {
  SPACE.lastIndex = at;
  SPACE.test(text);
  return SPACE.lastIndex;
}

const NEXT = /["[\]{}]/g;
const SCALAR_END = /[,\]}\s]/g;

/** Behind the value at `at`, or behind the close of what is `depth` deep open there; -1 where the text breaks off. */
function endOf(text: string, at: number, depth = 0): number {
  const first = text[at];
  if (depth === 0) {
    if (first === undefined) return -1;
    if (first === '"') return stringEnd(text, at);
    if (first !== '{' && first !== '[') {
      SCALAR_END.lastIndex = at;
      const found = SCALAR_END.exec(text);
      return found && found.index > at ? found.index : -1;
    }
  }
  let open = depth;
  let here = at;
  for (;;) {
    NEXT.lastIndex = here;
    const found = NEXT.exec(text);
    if (!found) return -1;
    const sign = found[0];
    here = found.index + 1;
    if (sign === '"') {
      here = stringEnd(text, found.index);
      if (here < 0) return -1;
    } else if (sign === '{' || sign === '[') open++;
    else if (--open === 0) return here;
  }
}

/** Behind the string whose opening quote is at `at`. */
function stringEnd(text: string, at: number): number {
  for (let here = at + 1; ; ) {
    const quote = text.indexOf('"', here);
    if (quote < 0) return -1;
    let slashes = 0;
    while (text[quote - 1 - slashes] === '\\' && quote - 1 - slashes > at) slashes++;
    if (slashes % 2 === 0) return quote + 1;
    here = quote + 1;
  }
}
