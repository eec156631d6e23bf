/** A case in which unmesh runs the command of a step: what it asks before, what the output does, what goes wrong. */
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import type { RunRequest } from '../../src/case/world.ts';
import { runningFor } from '../../src/commands/running.ts';
import type { Pack } from '../../src/pack/pack.ts';
import type { StepState } from '../../src/pack/schema.ts';
import type { RunReport } from '../../src/run/run-command.ts';
import { printedLines, runPlain } from '../../src/ui/plain.ts';
import { createSession, type Session } from '../../src/ui/session.ts';
import { shippedWords } from '../project.ts';
import { smallPack } from '../small-pack.ts';
import { shows } from '../ui/shows.ts';
import { testWorld } from '../world.ts';
import { programs } from './programs.ts';

let open: Session | undefined;
afterEach(() => {
  open?.stop();
  open = undefined;
});

/** The coffee machine with these commands at its first question and no probe. */
function packWith(commands: readonly string[]): Pack {
  const coffee = smallPack.flow('no-coffee')!;
  const step = coffee.states['has-power'] as StepState;
  const asking: StepState = { on: step.on, read: step.read, commands: [...commands] };
  const flow = { ...coffee, states: { ...coffee.states, 'has-power': asking } };
  return { ...smallPack, flow: (id) => (id === 'no-coffee' ? flow : smallPack.flow(id)) };
}

const GET = 'kubectl get pod red -n shop';
const EXEC = 'kubectl exec red -n shop -c istio-proxy -- pilot-agent request GET ready';

interface Setup {
  readonly commands?: readonly string[];
  /** What the fake kubectl does; JavaScript. */
  readonly kubectl?: string;
  readonly mayExec?: boolean;
  readonly canRun?: boolean;
}

function start({
  commands = [GET],
  kubectl = "console.log('LED red on')",
  mayExec = false,
  canRun = true,
}: Setup = {}) {
  const requests: RunRequest[] = [];
  const running = runningFor({
    context: 'prod',
    given: {},
    mayExec,
    env: { PATH: kubectl === 'none' ? '/nowhere' : programs({ kubectl }) },
  });
  const world = testWorld({
    pack: packWith(commands),
    ...(canRun
      ? {
          run: (request: RunRequest): Promise<RunReport> => {
            requests.push(request);
            return running.run(request);
          },
        }
      : {}),
  });
  const session = createSession({
    world,
    words: shippedWords(smallPack),
    language: 'en',
    id: 'test',
    copy: () => {},
    lookAt: { context: 'prod', reads: () => '' },
    ...(canRun ? { commands: running } : {}),
  });
  open = session;
  session.enter('no-coffee');
  return { session, world, requests };
}

const rests = (session: Session) => shows(session, (view) => view.busy === undefined);
const text = (session: Session) =>
  session
    .view()
    .printed.flatMap((block) => printedLines(block, session.view()))
    .join('\n');
const types = (session: Session) => session.events().map(({ type }) => type);

describe('the command of a step', () => {
  it('is run after a yes, and its output answers the question as if it had been pasted', async () => {
    const { session, world } = start();
    expect(text(session)).toContain('Ctrl+R or `!run`');
    session.command('run');
    expect(session.view()).toMatchObject({ overlay: 'run', scene: 'step' });
    expect(session.view().lead).toContain(`Cluster: prod. Command: ${GET}`);
    expect(session.view().choices.map(({ id }) => id)).toEqual(['always', 'once', 'never']);
    session.pick('once');
    expect(session.view().busy).toContain(GET);
    const view = await rests(session);
    expect(view.state.at).toEqual({ flow: 'no-coffee', state: 'has-water' });
    expect(view.state.answered[0]).toMatchObject({ answer: 'yes', by: 'output', evidence: ['LED red on'] });
    expect(text(session)).toContain(
      'Ran kubectl --context=prod get pod red -n=shop (exit code 0):\n    | LED red on',
    );
    expect(world.log.filter(({ type }) => type.startsWith('command'))).toMatchObject([
      { type: 'command-started', line: GET, state: 'has-power' },
      {
        type: 'command-ended',
        argv: ['kubectl', '--context=prod', 'get', 'pod', 'red', '-n=shop'],
        exitCode: 0,
      },
    ]);
  });

  it('teaches facts, as pasted output does', async () => {
    const { session } = start({ kubectl: "console.log('LED red off')" });
    session.command('run');
    session.pick('always');
    const view = await rests(session);
    expect(view.state.facts.pod).toMatchObject({ value: 'red', from: 'output' });
    expect(view.state.at?.state).toBe('plug-in');
  });

  it('is asked for each time after "just this one", and never again after "always" or "never"', async () => {
    const { session, requests } = start({ kubectl: "console.log('nothing of note')" });
    session.submit('!run');
    session.pick('once');
    await rests(session);
    session.submit('!RUN');
    expect(session.view().overlay).toBe('run');
    session.pick('always');
    await rests(session);
    session.submit('!run');
    expect(session.view().overlay).toBeUndefined();
    await rests(session);
    expect(requests).toHaveLength(3);

    const other = start();
    other.session.command('run');
    other.session.pick('never');
    other.session.command('run');
    expect(other.session.view().status).toContain('You said no');
    expect(other.session.view().overlay).toBeUndefined();
    expect(other.requests).toEqual([]);
    other.session.stop();
  });

  it('is not run when the question is left with Esc', () => {
    const { session, requests } = start();
    session.command('run');
    session.command('escape');
    expect(session.view()).toMatchObject({ overlay: undefined, scene: 'step' });
    expect(session.view().state.running.run).toBe('unasked');
    expect(requests).toEqual([]);
  });

  it('is kept as decided after going back an answer', async () => {
    const { session, requests } = start();
    session.command('run');
    session.pick('always');
    await rests(session);
    session.command('back');
    expect(session.view().place?.state).toBe('has-power');
    session.command('run');
    await rests(session);
    expect(requests).toHaveLength(2);
    expect(session.view().place?.state).toBe('has-water');
  });

  it('that decides nothing is shown, and the person is asked', async () => {
    const { session } = start({ kubectl: "for (let i = 0; i < 30; i++) console.log('line ' + i)" });
    session.command('run');
    session.pick('once');
    const view = await rests(session);
    expect(view.place?.state).toBe('has-power');
    expect(text(session)).toContain('| line 19\n    | … 10 more lines');
    expect(text(session)).toContain('The output decides none of the answers.');
    session.pick('yes');
    expect(session.view().place?.state).toBe('has-water');
  });

  it('may show another symptom', async () => {
    const { session } = start({ kubectl: "console.log('no water in ns=shop')" });
    session.command('run');
    session.pick('once');
    const view = await rests(session);
    expect(view.scene).toBe('offer');
    // What it told belongs to that symptom, and is learned on the way there.
    expect(view.state.facts.namespace).toBeUndefined();
    session.pick(':follow');
    expect((await rests(session)).state.facts.namespace?.value).toBe('shop');
  });

  it('that prints nothing says so', async () => {
    const { session } = start({ kubectl: '' });
    session.command('run');
    session.pick('once');
    await rests(session);
    expect(text(session)).toContain('It printed nothing.');
  });

  it('that is not installed, fails to ask, or is stopped, leaves the question to the person', async () => {
    const missing = start({ kubectl: 'none' });
    missing.session.command('run');
    missing.session.pick('once');
    await rests(missing.session);
    expect(text(missing.session)).toContain('kubectl is not installed here');
    expect(missing.session.view().scene).toBe('step');
    missing.session.stop();

    const refused = start({
      kubectl:
        "console.error('Unable to connect to the server: LED of the switch is on'); process.exitCode = 1",
    });
    refused.session.command('run');
    refused.session.pick('once');
    await rests(refused.session);
    expect(text(refused.session)).toContain('could not ask the cluster: Unable to connect');
    expect(refused.session.view().place?.state).toBe('has-power');
    refused.session.stop();

    const slow = start({ kubectl: 'setInterval(() => {}, 1000)' });
    slow.session.command('run');
    slow.session.pick('once');
    expect(slow.session.view().scene).toBe('busy');
    slow.session.command('escape');
    await rests(slow.session);
    expect(text(slow.session)).toContain('Stopped the command.');
    expect(slow.requests[0]!.signal.aborted).toBe(true);
    expect(slow.session.view().place?.state).toBe('has-power');
  });

  it('is stopped with the case that is left', async () => {
    const { session, requests } = start({ kubectl: 'setInterval(() => {}, 1000)' });
    session.command('run');
    session.pick('once');
    expect(requests[0]!.signal.aborted).toBe(false);
    session.stop();
    expect(requests[0]!.signal.aborted).toBe(true);
  });

  it('leaves no secret of its output in the log', async () => {
    const { session, world } = start({ kubectl: "console.log('password: hunter2hunter2\\nLED red on')" });
    session.command('run');
    session.pick('once');
    await rests(session);
    expect(JSON.stringify(world.log)).toContain('password: [redacted]');
    expect(JSON.stringify(world.log)).not.toContain('hunter2');
  });
});

describe('several commands of a step', () => {
  const commands = ['kubectl delete pod red', GET, 'kubectl get pod blue -n shop', EXEC];
  const kubectl = "console.log(process.argv.slice(3).join(' '))";
  const ran = (session: Session) =>
    session.events().flatMap((event) => (event.type === 'command-started' ? [event.line] : []));

  it('are run one after the other, those that cannot be run left out', async () => {
    const { session } = start({ commands, kubectl, mayExec: true });
    session.command('run');
    session.pick('always');
    await rests(session);
    for (let i = 0; i < 3; i++) {
      session.command('run');
      await rests(session);
    }
    expect(ran(session)).toEqual([GET, commands[2], EXEC, GET]);
  });

  it('are chosen by their number, and a refused one says why', async () => {
    const { session } = start({ commands, kubectl });
    session.submit('!run 1');
    expect(session.view().status).toContain('only commands that read; `kubectl delete pod`');
    session.submit('!run 9');
    expect(session.view().status).toContain('no command 9');
    session.submit('!run 3');
    session.pick('once');
    await rests(session);
    expect(ran(session)).toEqual([commands[2]]);
  });

  it('in a Pod are asked about apart, and may be refused apart', async () => {
    const { session, requests } = start({ commands: [EXEC, GET], kubectl });
    session.command('run');
    expect(session.view()).toMatchObject({ overlay: 'exec' });
    session.pick('never');
    session.command('run');
    expect(session.view()).toMatchObject({ overlay: 'run' });
    session.pick('always');
    await rests(session);
    session.submit('!run 1');
    expect(session.view().status).toContain('You said no');
    expect(ran(session)).toEqual([GET]);
    expect(requests.map(({ permission }) => permission)).toEqual(['run']);
  });

  it('in a Pod need a yes of their own even after "always"', async () => {
    const { session } = start({ commands: [GET, EXEC], kubectl });
    session.command('run');
    session.pick('always');
    await rests(session);
    session.command('run');
    expect(session.view().overlay).toBe('exec');
    expect(session.view().lead).toContain('starts a program in the Pod');
  });
});

describe('where nothing may be run', () => {
  it('the key says why', () => {
    const none = start({ canRun: false });
    none.session.command('run');
    expect(none.session.view().status).toContain('unmesh runs no commands in this case');
    expect(text(none.session)).not.toContain('Ctrl+R');
    none.session.stop();

    const unfilled = start({ commands: ['kubectl get pod {{pod}} -n {{namespace}}'] });
    unfilled.session.command('run');
    expect(unfilled.session.view().status).toContain('<pod> is not known');
    expect(unfilled.session.view().overlay).toBeUndefined();
    unfilled.session.stop();

    const empty = start({ commands: [] });
    empty.session.command('run');
    expect(empty.session.view().status).toContain('no command here');
  });

  it('a hostile fact changes nothing of that', () => {
    const { session, requests } = start({ commands: ['kubectl get pods -n {{namespace}}'] });
    const attacks = [
      'x; rm -rf /',
      '$(id)',
      'x --kubeconfig=/tmp/evil',
      'x -f y',
      'x -o go-template-file=/etc/passwd',
      'x --context other',
      'x | sh',
    ];
    for (const attack of attacks) {
      session.learn('namespace', attack);
      session.command('run');
      expect(session.view().overlay, attack).toBeUndefined();
      expect(session.view().status, attack).toContain('unmesh does not run this');
    }
    expect(requests).toEqual([]);
  });

  it('a request for something else is refused by the last door too', async () => {
    const running = runningFor({ context: 'prod', given: {}, mayExec: true, env: { PATH: '/nowhere' } });
    const { signal } = new AbortController();
    const run = (line: string, permission: 'run' | 'exec') => running.run({ line, permission, signal });
    expect(await run('kubectl delete pod red', 'exec')).toMatchObject({ failure: 'refused' });
    expect(await run(EXEC, 'run')).toMatchObject({ failure: 'refused' });
    expect(await run(EXEC, 'exec')).toMatchObject({ failure: 'missing' });
  });

  it('of a fix only the check is run, never a step', async () => {
    const { session, requests } = start({ kubectl: "console.log('red 1/1 Running')" });
    session.pick('no');
    expect(session.view().scene).toBe('fix');
    session.submit('!run 2');
    expect(session.view().status).toContain('no command 2');
    session.command('run');
    session.pick('once');
    const view = await rests(session);
    expect(requests.map(({ line }) => line)).toEqual(['kubectl get pods']);
    expect(view.state.end).toMatchObject({ outcome: 'fixed' });
  });
});

describe('a case that is resumed', () => {
  it('remembers what was decided and answered', async () => {
    const { session, world } = start();
    session.command('run');
    session.pick('always');
    await rests(session);
    const again = createSession({
      world,
      words: shippedWords(smallPack),
      language: 'en',
      id: 'test',
      copy: () => {},
      events: [...session.events()],
    });
    expect(again.view().state.running).toEqual({ run: 'always', exec: 'unasked' });
    expect(again.view().place?.state).toBe('has-water');
    expect(types(again)).toContain('command-ended');
    again.stop();
  });
});

describe('in plain text', () => {
  it('`!run` does the same', async () => {
    const { session } = start();
    const input = new PassThrough();
    const output = new PassThrough();
    let written = '';
    output.on('data', (chunk) => {
      written += chunk;
    });
    input.end('!run\n2\nquit\n');
    await runPlain(session, input, output, false);
    expect(written).toContain('Let unmesh run the command?');
    expect(written).toContain('2) Yes, just this one');
    expect(written).toContain('LED red on');
    expect(written).toContain('Is there water in the tank?');
  });
});
