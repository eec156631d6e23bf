/** Decides whether unmesh may run a step's command itself, and with which arguments. Pure: nothing is run here. */
import { isApiPath, isProxyPath, proxyPathOf } from './admin-paths.ts';
import { ALLOWED, EVERYWHERE, type OptionKind, SPELLINGS, type Verb } from './allowed.ts';
import { type Refused, shellWords } from './shell-words.ts';

/** `run`: reads with kubectl or istioctl. `exec`: runs a program in a Pod, a second permission. */
export type Permission = 'run' | 'exec';

export interface Runnable {
  /** The program and its arguments, as they would be given without a shell. */
  readonly argv: readonly string[];
  readonly permission: Permission;
}

export type Plan = Runnable | Refused;

/** The cluster a command is bound to: what the person named, or the context they agreed to. */
export interface Target {
  readonly context?: string | undefined;
  readonly kubeconfig?: string | undefined;
}

/** A command line with its facts filled in -> its arguments, or the reason why unmesh leaves it to the person. */
export function planCommand(line: string, target: Target = {}): Plan {
  const words = shellWords(line);
  if ('refused' in words) return words;
  const [program = '', ...rest] = words;
  if (!Object.hasOwn(ALLOWED, program)) return { refused: 'program', detail: program };
  const planned = program === 'kubectl' && isExec(rest) ? planExec(rest) : planVerb(program, rest);
  if ('refused' in planned) return planned;
  if (planned.context !== undefined && planned.context !== target.context)
    return { refused: 'option', detail: `--context ${planned.context}` };
  const pins = [
    ...(target.kubeconfig ? [`--kubeconfig=${target.kubeconfig}`] : []),
    ...(target.context ? [`--context=${target.context}`] : []),
  ];
  return { argv: [program, ...pins, ...planned.args], permission: planned.permission };
}

interface Planned {
  readonly args: readonly string[];
  readonly permission: Permission;
  readonly context: string | undefined;
}

function planVerb(program: string, words: readonly string[]): Planned | Refused {
  const everywhere = EVERYWHERE[program]!;
  const before = readOptions(words, everywhere, 'until-argument');
  if ('refused' in before) return before;
  const found = verbOf(program, before.rest);
  if (!found) return { refused: 'verb', detail: [program, ...before.rest.slice(0, 2)].join(' ') };
  const { verb, length } = found;
  const after = readOptions(before.rest.slice(length), { ...everywhere, ...verb.options }, 'all', verb);
  if ('refused' in after) return after;
  const wrong = wrongArguments(program, verb, after);
  if (wrong) return wrong;
  const context = after.context ?? before.context;
  return {
    args: [...before.options, ...before.rest.slice(0, length), ...after.arguments, ...after.options],
    permission: 'run',
    context,
  };
}

/** The longest verb the words begin with. */
function verbOf(program: string, words: readonly string[]): { verb: Verb; length: number } | undefined {
  const spelt = words.slice(0, 3).map((word, index) => {
    const other = SPELLINGS[program]!;
    // `secret` and the like are spellings of a sub-kind; an argument is never respelt.
    return index < 2 && Object.hasOwn(other, word) ? other[word]! : word;
  });
  for (let length = 3; length > 0; length--) {
    const name = spelt.slice(0, length).join(' ');
    const verbs = ALLOWED[program]!;
    if (spelt.length >= length && Object.hasOwn(verbs, name)) return { verb: verbs[name]!, length };
  }
  return undefined;
}

interface Options {
  /** Each option in one word where it has a value: `--tail=50`, `-n=shop`. */
  readonly options: readonly string[];
  readonly arguments: readonly string[];
  /** What stands from the first argument on, where reading stopped there. */
  readonly rest: readonly string[];
  readonly context: string | undefined;
  readonly output: string | undefined;
  readonly apiPath: string | undefined;
}

function readOptions(
  words: readonly string[],
  known: Readonly<Record<string, OptionKind>>,
  reach: 'until-argument' | 'all',
  verb?: Verb,
): Options | Refused {
  const options: string[] = [];
  const args: string[] = [];
  let context: string | undefined;
  let output: string | undefined;
  let apiPath: string | undefined;
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (!word.startsWith('-')) {
      if (reach === 'until-argument')
        return { options, arguments: [], rest: words.slice(at), context, output, apiPath };
      args.push(word);
      continue;
    }
    const split = splitOption(word);
    const kind = Object.hasOwn(known, split.name) ? known[split.name] : undefined;
    if (!kind) return { refused: 'option', detail: split.name };
    if (kind === 'flag') {
      if (split.value !== undefined && split.value !== 'true' && split.value !== 'false')
        return { refused: 'option', detail: word };
      options.push(word);
      continue;
    }
    const value = split.value ?? words[++at];
    // A value that looks like an option may be one for the program.
    const isNegative = kind === 'number' && split.value !== undefined && /^-\d+$/.test(split.value);
    if (value === undefined || (value.startsWith('-') && !isNegative) || !fits(kind, value, verb))
      return { refused: 'option', detail: value === undefined ? word : `${split.name} ${value}` };
    if (split.name === '--context') context = value;
    else options.push(`${split.name}=${value}`);
    if (kind === 'output') output = value;
    if (kind === 'api-path') apiPath = value;
  }
  return { options, arguments: args, rest: [], context, output, apiPath };
}

/** `--tail=50` and `-n=shop` and `-nshop` apart; several short flags in one word are not taken apart, so not known. */
function splitOption(word: string): { name: string; value: string | undefined } {
  const equals = word.indexOf('=');
  if (word.startsWith('--'))
    return equals === -1
      ? { name: word, value: undefined }
      : { name: word.slice(0, equals), value: word.slice(equals + 1) };
  if (word.length <= 2) return { name: word, value: undefined };
  return { name: word.slice(0, 2), value: word.slice(word[2] === '=' ? 3 : 2) };
}

function fits(kind: OptionKind, value: string, verb: Verb | undefined): boolean {
  switch (kind) {
    case 'number':
      return /^-?\d{1,9}$/.test(value);
    case 'output':
      return verb?.outputs?.includes(value.split('=')[0]!) === true;
    case 'api-path':
      return isApiPath(value);
    default:
      return value.length <= 1000;
  }
}

/** Names of objects, kinds and verbs: nothing that is a path of a file or standard input. */
const ARGUMENT = /^[A-Za-z0-9][A-Za-z0-9._:/,@=-]{0,300}$/;

function wrongArguments(program: string, verb: Verb, found: Options): Refused | undefined {
  const { arguments: args, apiPath, output } = found;
  const odd = args.find((arg) => !ARGUMENT.test(arg));
  if (odd !== undefined) return { refused: 'argument', detail: odd };
  if (apiPath !== undefined && args.length > 0) return { refused: 'argument', detail: args[0]! };
  const [least, most] = verb.args;
  const isBare = verb.isOfKinds === true && apiPath === undefined && args.length === 0;
  if (args.length < least || args.length > most || isBare)
    return { refused: 'argument', detail: args[most] ?? program };
  if (verb.isOfKinds && args.some((arg, index) => namesSecrets(arg, index))) {
    const isListed = verb.outputs !== undefined && (output === undefined || /^(wide|name)$/.test(output));
    if (!isListed) return { refused: 'secrets', detail: args.join(' ') };
  }
  return undefined;
}

/** Secrets are listed by name at most: their contents belong neither on a screen nor in a log. */
function namesSecrets(argument: string, index: number): boolean {
  const isKinds = index === 0 || argument.includes('/');
  if (!isKinds) return false;
  return argument.split(',').some((part) => /^secrets?$/i.test(part.split('/')[0]!.split('.')[0]!));
}

function isExec(words: readonly string[]): boolean {
  const before = readOptions(words, EVERYWHERE.kubectl!, 'until-argument');
  return !('refused' in before) && before.rest[0] === 'exec';
}

const EXEC_OPTIONS: Readonly<Record<string, OptionKind>> = {
  ...EVERYWHERE.kubectl,
  '-c': 'word',
  '--container': 'word',
};

/** `kubectl exec <pod> -- …`: only a question to the proxy's admin interface. */
function planExec(words: readonly string[]): Planned | Refused {
  const end = words.indexOf('--');
  if (end === -1) return { refused: 'admin-path', detail: words.join(' ') };
  const own = readOptions(words.slice(0, end), EXEC_OPTIONS, 'all');
  if ('refused' in own) return own;
  const [, pod, ...more] = own.arguments;
  if (pod === undefined || more.length > 0 || !ARGUMENT.test(pod))
    return { refused: 'argument', detail: pod ?? 'exec' };
  const inside = words.slice(end + 1);
  if (!asksProxy(inside)) return { refused: 'admin-path', detail: inside.join(' ') };
  return {
    args: ['exec', pod, ...own.options, '--', ...inside],
    permission: 'exec',
    context: own.context,
  };
}

function asksProxy(inside: readonly string[]): boolean {
  const [program, ...rest] = inside;
  if (program === 'pilot-agent') {
    const [request, method, path, ...more] = rest;
    return (
      request === 'request' &&
      method === 'GET' &&
      path !== undefined &&
      more.length === 0 &&
      isProxyPath(path)
    );
  }
  if (program !== 'curl') return false;
  const addresses = rest.filter((word) => !['-s', '-S', '-sS', '--silent', '--show-error'].includes(word));
  const path = addresses.length === 1 ? proxyPathOf(addresses[0]!) : undefined;
  return path !== undefined && isProxyPath(path);
}
