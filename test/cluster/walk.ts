/** A case at a question that a probe can answer, looked at through whatever way to a cluster a test lays. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { LIVE_LIMITS, type LiveLimits, openLive } from '../../src/cluster/live.ts';
import { runProbe } from '../../src/probe/run.ts';
import { createSession, type Session } from '../../src/ui/session.ts';
import { shippedPack, shippedWords } from '../project.ts';
import { testWorld } from '../world.ts';

/** The first thing the probe of that question asks for, then pods of the same namespace. */
export const DEPLOYMENTS = '/apis/apps/v1/namespaces/istio-system/deployments';

export interface Seen {
  /** Of the probe, where it gave one. */
  readonly answer?: string;
  readonly failure?: string;
  readonly detail?: string;
}

interface Walk {
  readonly limits?: Partial<LiveLimits>;
  readonly context?: string;
  /** What happens while it looks. */
  readonly meanwhile?: (session: Session) => Promise<void>;
}

/** A case at a question that a probe can answer, with the consent to look. Where it fails, the person answers. */
export async function walk(
  kubeconfig: string,
  { limits = {}, context, meanwhile }: Walk = {},
): Promise<Seen> {
  const pack = shippedPack();
  let open: ReturnType<typeof openLive> | undefined;
  const world = testWorld({
    pack,
    probe: (request) =>
      runProbe(request, async (signal) => {
        open ??= openLive({ kubeconfig, context, env: {} }, { ...LIVE_LIMITS, ...limits });
        return open(signal);
      }),
  });
  const session = createSession({
    world,
    words: shippedWords(pack),
    language: 'en',
    id: 'test',
    copy: () => {},
    lookAt: { context: 'test', reads: () => '' },
  });
  try {
    session.enter('istiod-unhealthy');
    expect(session.view().scene).toBe('consent');
    session.pick('always');
    expect(session.view().scene).toBe('busy');
    await meanwhile?.(session);
    await until(
      () => session.events().some(({ type }) => type === 'probe-failed' || type === 'probe-answered'),
      'the probe',
    );
    const end = session.events().find(({ type }) => type === 'probe-failed' || type === 'probe-answered');
    if (end?.type === 'probe-answered') return { answer: end.answer };
    if (end?.type !== 'probe-failed') throw new Error('a probe that did not end');
    goesOn(session, end.detail);
    return { failure: end.failure, detail: end.detail };
  } finally {
    session.stop();
  }
}

/** The person reads why, is asked the same question, and their answer counts. */
function goesOn(session: Session, detail: string): void {
  const { scene, choices, printed } = session.view();
  expect(scene).toBe('step');
  const note = printed.findLast((one) => one.kind === 'note');
  expect(note).toMatchObject({ tone: 'warn', text: expect.stringContaining('answer yourself') });
  expect((note as { text: string }).text).toContain(detail);
  expect(choices.map(({ id }) => id)).toContain('oom');
  session.pick('oom');
  expect(session.view().state.answered.at(-1)).toMatchObject({
    state: 'pod-state',
    answer: 'oom',
    by: 'person',
  });
}

/** Waits for what another program or server does. */
export async function until(isSo: () => boolean, what: string): Promise<void> {
  for (const end = Date.now() + 30_000; Date.now() < end; await sleep(10)) if (isSo()) return;
  throw new Error(`waited in vain for ${what}`);
}
