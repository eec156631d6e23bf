/** Facts picked from the cluster's lists: for a probe that lacks them, and from the list of facts. */
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import type { ProbeRequest } from '../../src/case/world.ts';
import type { FactName } from '../../src/pack/vocabulary.ts';
import { runList } from '../../src/probe/run-list.ts';
import { runPlain } from '../../src/ui/plain.ts';
import { createSession, type Session, sessionFacts } from '../../src/ui/session.ts';
import type { SessionView } from '../../src/ui/session-view.ts';
import { type MemoryCluster, memoryReader } from '../probe/memory-reader.ts';
import { shippedWords } from '../project.ts';
import { smallPack } from '../small-pack.ts';
import { testWorld } from '../world.ts';
import { shows } from './shows.ts';

const named = (name: string, namespace?: string) => ({
  metadata: { name, ...(namespace ? { namespace } : {}) },
});
const SHOP: MemoryCluster = {
  objects: {
    namespaces: ['bank', 'shop', 'shop-test'].map((name) => named(name)),
    pods: [named('cart-7d9f-a', 'shop'), named('cart-7d9f-b', 'shop'), named('web-1', 'bank')],
    'deployments.apps': [named('cart', 'shop')],
    services: [named('cart', 'shop'), named('web', 'bank')],
  },
};

let open: Session | undefined;
afterEach(() => {
  open?.stop();
  open = undefined;
});

/** A session at a step whose probe needs these facts; it says what the probe was given. */
function startSession({ needs = ['namespace', 'pod'] as FactName[], cluster = SHOP, isSlow = false } = {}) {
  const asked: ProbeRequest['facts'][] = [];
  const reads: AbortSignal[] = [];
  const world = testWorld({
    probe: async ({ facts }) => {
      asked.push(facts);
      const missing = needs.find((name) => facts[name] === undefined);
      return missing
        ? { kind: 'failure', failure: 'missing-fact', detail: missing, evidence: [] }
        : { kind: 'answer', answer: 'no', evidence: [], facts: {} };
    },
    list: async (request) => {
      reads.push(request.signal);
      if (isSlow) return new Promise(() => {});
      return runList(request, async () => memoryReader(cluster));
    },
  });
  const session = createSession({
    world,
    words: shippedWords(smallPack),
    language: 'en',
    id: 'test',
    copy: () => {},
    lookAt: {
      context: 'prod',
      reads: () => 'pods',
      lists: (_, facts) => (facts.namespace === undefined ? 'namespaces, pods' : 'pods'),
    },
  });
  open = session;
  return { session, world, asked, reads };
}

const lists = (first: string) => (view: SessionView) =>
  view.picking === 'choosing' && view.choices[0]?.label === first;
const labels = (session: Session) => session.view().choices.map(({ label }) => label);
const texts = (session: Session) =>
  session.view().printed.flatMap((block) => (block.kind === 'note' ? [block.text] : []));

async function atList(started = startSession()) {
  started.session.enter('no-coffee');
  started.session.pick('always');
  await shows(started.session, lists('bank'));
  return started;
}

describe('a probe that lacks facts', () => {
  it('is told before the first look what will be read, where, and which lists', () => {
    const { session, reads } = startSession();
    session.enter('no-coffee');
    const { scene, lead } = session.view();
    expect(scene).toBe('consent');
    expect(lead).toContain('It would read: pods. Cluster: prod. Namespace: not known yet;');
    expect(lead).toContain('it would also list: namespaces, pods.');
    expect(reads).toEqual([]);
    session.learn('namespace', 'shop');
    expect(session.view().lead).toContain('Namespace: shop;');
    expect(session.view().lead).toContain('it would also list: pods.');
  });

  it('offers the namespaces, then the pods of the one picked, and looks by itself', async () => {
    const { session, asked } = await atList();
    expect(session.view().lead).toBe('Which namespace? Found in prod: 3.');
    expect(labels(session)).toEqual(['bank', 'shop', 'shop-test']);
    session.pick('1');
    await shows(session, lists('cart-7d9f-a'));
    expect(session.view().lead).toBe('Which Pod? Found in namespace shop: 2.');
    session.pick('1');
    await shows(session, (view) => view.place?.state === 'plug-in');
    expect(asked.at(-1)).toEqual({ namespace: 'shop', pod: 'cart-7d9f-b' });
    expect(session.view().state.facts.pod).toMatchObject({ value: 'cart-7d9f-b', from: 'picked' });
    expect(texts(session)).toEqual(['Picked namespace: shop', 'Picked Pod: cart-7d9f-b']);
  });

  it('prints the question only when it is asked, and not above the list', async () => {
    const { session } = await atList();
    const places = () => session.view().printed.filter(({ kind }) => kind === 'place').length;
    expect(places()).toBe(0);
    session.command('escape');
    expect(places()).toBe(1);
    expect(session.view()).toMatchObject({ scene: 'step', picking: undefined });
    expect(labels(session)).toContain('It is lit');
  });

  it('filters while a name is typed, and takes one that is not in the list as typed', async () => {
    const { session } = await atList();
    session.typing('shp');
    expect(labels(session)[0]).toBe('shop');
    session.typing('shop-test');
    expect(labels(session)[0]).toBe('shop-test');
    session.typing('hidden-one');
    expect(labels(session)).toEqual(['Take "hidden-one" as typed']);
    session.pick(':typed');
    expect(session.view().state.facts.namespace).toMatchObject({ value: 'hidden-one', from: 'person' });
  });

  it('takes text with spaces for an answer, not for a name', async () => {
    const { session, asked } = await atList();
    session.typing('it is dark');
    expect(labels(session)).toEqual([]);
    session.submit('it is dark');
    await shows(session, (view) => view.place?.state === 'plug-in');
    expect(session.view().state.answered[0]).toMatchObject({ by: 'own-words', answer: 'no' });
    expect(asked).toHaveLength(1);
  });

  it('offers the list again with Ctrl+P after Esc, and closes it for a fact that is set otherwise', async () => {
    const { session, asked } = await atList(startSession({ needs: ['namespace'] }));
    session.command('escape');
    session.command('look');
    await shows(session, lists('bank'));
    session.learn('namespace', 'shop');
    await shows(session, (view) => view.place?.state === 'plug-in');
    expect(session.view().picking).toBeUndefined();
    expect(asked.at(-1)).toEqual({ namespace: 'shop' });
  });

  it('asks for the namespace of a caller before its pod', async () => {
    const { session, asked } = await atList(startSession({ needs: ['client-pod', 'client-namespace'] }));
    expect(session.view().lead).toContain('namespace of the caller');
    session.pick('0');
    await shows(session, lists('web-1'));
    session.pick('0');
    await shows(session, (view) => view.place?.state === 'plug-in');
    expect(asked.at(-1)).toEqual({ 'client-namespace': 'bank', 'client-pod': 'web-1' });
  });

  it.each([
    ['forbidden', 'this user may not read it'],
    ['unreachable', 'the cluster did not answer'],
    ['not-collected', 'not in the snapshot, or only a part of it'],
  ] as const)('falls back to typing when the list is %s, and says why', async (failure, why) => {
    const started = startSession({ cluster: { failures: { namespaces: failure } }, needs: ['namespace'] });
    const { session, asked } = started;
    session.enter('no-coffee');
    session.pick('always');
    const view = await shows(session, ({ picking }) => picking === 'typing');
    expect(view.lead).toContain(`The list could not be read: ${why} (GET namespaces`);
    expect(view).toMatchObject({ choices: [], busy: undefined, placeholder: 'value of namespace' });
    session.submit('shop');
    await shows(session, ({ place }) => place?.state === 'plug-in');
    expect(asked.at(-1)).toEqual({ namespace: 'shop' });
    expect(session.view().state.facts.namespace?.from).toBe('person');
  });

  it('says that a list is empty and lets type', async () => {
    const { session } = startSession({ cluster: { objects: { namespaces: [named('empty')] } } });
    session.enter('no-coffee');
    session.pick('always');
    await shows(session, lists('empty'));
    session.pick('0');
    const view = await shows(session, ({ picking }) => picking === 'typing');
    expect(view.lead).toBe('Which Pod? None was found in empty. Type it, or Esc goes on without.');
  });

  it('stops reading with Esc and asks', async () => {
    const { session, reads } = startSession({ isSlow: true });
    session.enter('no-coffee');
    session.pick('always');
    const view = await shows(session, ({ picking }) => picking === 'reading');
    expect(view.busy).toContain('Reading the list');
    session.command('escape');
    expect(reads.map(({ aborted }) => aborted)).toEqual([true]);
    expect(session.view()).toMatchObject({ scene: 'step', busy: undefined, picking: undefined });
  });

  it('stops reading when the session ends', async () => {
    const { session, reads } = startSession({ isSlow: true });
    session.enter('no-coffee');
    session.pick('always');
    await shows(session, ({ picking }) => picking === 'reading');
    session.stop();
    expect(reads[0]!.aborted).toBe(true);
  });
});

describe('the list of facts', () => {
  const editing = async (fact: FactName, looking: 'always' | 'ask' | 'never') => {
    const started = startSession({ needs: ['host'] });
    started.session.enter('no-coffee');
    started.session.learn('namespace', 'shop');
    started.session.pick(looking);
    await shows(started.session, ({ scene }) => scene === 'step');
    started.session.command('facts');
    started.session.pick(fact);
    return started;
  };

  it('offers what the cluster has beside typing', async () => {
    const { session } = await editing('pod', 'always');
    await shows(session, lists('cart-7d9f-a'));
    session.pick('0');
    expect(sessionFacts(session)).toEqual({ namespace: 'shop', pod: 'cart-7d9f-a' });
    expect(session.view()).toMatchObject({ overlay: undefined, picking: undefined, editing: undefined });
  });

  it('reads only on request where each look is asked for', async () => {
    const { session, reads } = await editing('pod', 'ask');
    expect(reads).toEqual([]);
    expect(labels(session)).toEqual(['Let unmesh list them (reads pods in prod)']);
    session.submit('1');
    await shows(session, lists('cart-7d9f-a'));
    expect(reads).toHaveLength(1);
  });

  it('takes what is typed instead of a list that was offered', async () => {
    const { session, reads } = await editing('pod', 'ask');
    session.submit('own-pod');
    expect(sessionFacts(session)).toMatchObject({ pod: 'own-pod' });
    expect(reads).toEqual([]);
  });

  it('never reads after the person said never, nor for facts without a list', async () => {
    const { session, reads } = await editing('pod', 'never');
    expect(session.view()).toMatchObject({ picking: undefined, editing: 'pod' });
    session.submit('own-pod');
    expect(sessionFacts(session)).toMatchObject({ pod: 'own-pod' });
    expect(reads).toEqual([]);
    session.stop();
    const other = await editing('port', 'always');
    expect(other.session.view()).toMatchObject({ picking: undefined, editing: 'port' });
    expect(other.reads).toEqual([]);
  });

  it('goes back to the list of facts with Esc, first stopping what is read', async () => {
    const { session } = await editing('namespace', 'always');
    await shows(session, lists('bank'));
    session.command('escape');
    expect(session.view()).toMatchObject({ overlay: 'facts', editing: undefined, picking: undefined });
  });
});

describe('plain text', () => {
  /** Sends each line when its prompt is there, and returns everything that was written. */
  async function talk(
    session: Session,
    turns: readonly (readonly [prompt: string | RegExp, line: string])[],
  ) {
    const input = new PassThrough();
    const output = new PassThrough();
    let written = '';
    let seen = 0;
    const waiting = new Set<() => void>();
    output.on('data', (chunk: Buffer) => {
      written += chunk;
      for (const check of waiting) check();
    });
    const run = runPlain(session, input, output, false);
    for (const [prompt, line] of turns) {
      await new Promise<void>((resolve) => {
        const check = () => {
          const found = written.slice(seen).search(prompt);
          if (found === -1) return;
          seen = written.length;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      });
      input.write(`${line}\n`);
    }
    input.end();
    await run;
    return written;
  }

  it('prints the first names as numbered lines, filters by text and takes a number', async () => {
    const many = Array.from({ length: 30 }, (_, index) => named(`team-${String(index).padStart(2, '0')}`));
    const cluster = { objects: { namespaces: [...many, named('shop')] } };
    const { session, asked } = startSession({ needs: ['namespace'], cluster });
    session.enter('no-coffee');
    const out = await talk(session, [
      ['look by yourself', '1'],
      [/Which namespace\?[\s\S]*part of a name to filter/, 'shp'],
      [/ {2}1\) shop/, '1'],
      ['Plug it in', 'quit'],
    ]);
    expect(out).toContain('  1) shop\n  2) team-00\n');
    expect(out).toContain(' 20) team-18\n… 11 more; part of a name filters\n');
    expect(out).not.toContain('team-19');
    expect(out).toContain('Picked namespace: shop');
    expect(asked.at(-1)).toEqual({ namespace: 'shop' });
  });

  it('takes a whole name at once, and goes on by asking with cancel', async () => {
    const { session } = startSession();
    session.enter('no-coffee');
    const out = await talk(session, [
      ['look by yourself', '1'],
      [/Found in prod/, 'shop'],
      [/Found in namespace shop/, 'cancel'],
      ['It is lit', 'quit'],
    ]);
    expect(out).toContain('? Does `<pod>` have power?');
    expect(sessionFacts(session)).toEqual({ namespace: 'shop' });
  });
});
