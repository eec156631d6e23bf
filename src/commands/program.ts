/** The command line: what can be typed, in the person's language. Each verb is one file; this only resolves options. */
import { Command, CommanderError, type HelpConfiguration, Option } from 'commander';
import { EXIT, type ExitCode } from '../errors.ts';
import type { Words } from '../i18n/words.ts';
import { VERSION } from '../version.ts';
import { usageError } from './usage.ts';

interface GlobalOptions {
  readonly lang?: string;
  readonly pack?: readonly string[];
}

/** Runs one command. Throws UserError for a command line that is wrong. */
export async function runProgram(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  words: Words,
): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok;
  const program = buildProgram(words, env, (code) => {
    exitCode = code;
  });
  let failed = program;
  let help = '';
  for (const command of [program, ...allCommands(program)])
    command.configureOutput({
      // Commander's own sentence is English: ours takes its place. What is left is the help of `unmesh flows`.
      outputError: () => {
        failed = command;
      },
      writeErr: (text) => {
        help = text;
      },
    });
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version are not errors; their text has been written.
    if (error.exitCode === 0) return EXIT.ok;
    if (error.code === 'commander.help') {
      process.stderr.write(help);
      return EXIT.usage;
    }
    throw usageError(error, pathOf(failed));
  }
  return exitCode;
}

function buildProgram(words: Words, env: NodeJS.ProcessEnv, exit: (code: ExitCode) => void): Command {
  const t = (key: string) => words.t(`cli.${key}`);
  const program = new Command('unmesh');
  const globals = () => program.opts<GlobalOptions>();
  const common = () => ({ lang: globals().lang, packs: globals().pack, env });

  program
    .description(t('description'))
    .version(VERSION, '-V, --version', t('start.version'))
    .helpOption('-h, --help', t('start.help'))
    .helpCommand('help [command]', t('help.description'))
    .argument('[text...]', t('start.text'))
    .option('--symptom <id>', t('start.symptom'))
    .option('--lang <language>', t('start.lang'))
    .option('--pack <folder>', t('start.pack'), (folder: string, all: string[] = []) => [...all, folder])
    .option('--plain', t('start.plain'))
    .option('--screen-reader', t('start.screen-reader'))
    .option('--no-color', t('start.no-color'))
    .option('--no-look', t('start.no-look'))
    .option('--allow-exec', t('start.allow-exec'))
    .option('--context <name>', t('start.context'))
    .option('--kubeconfig <file>', t('start.kubeconfig'))
    .option('--from <path>', t('start.from'))
    .exitOverride()
    .configureHelp(helpIn(words, true))
    .enablePositionalOptions(false)
    .action(async (text: string[], options) => {
      const { startCase } = await import('./start.ts');
      exit(
        await startCase(
          { ...startOptions(options), text: text.join(' ') || undefined, packs: globals().pack },
          env,
        ),
      );
    });

  program
    .command('match')
    .description(t('match.description'))
    .argument('[text...]', t('match.text'))
    .addOption(new Option('-o, --output <format>', t('match.output')).default('text'))
    .option('--jsonl', t('match.jsonl'))
    .action(async (text: string[], options: { output: string; jsonl?: boolean }) => {
      const { runMatch } = await import('./match.ts');
      exit(
        await runMatch({
          ...common(),
          text: text.join(' '),
          output: options.output,
          jsonl: options.jsonl === true,
        }),
      );
    });

  program
    .command('explain')
    .description(t('explain.description'))
    .argument('[what...]', t('explain.what'))
    .addOption(new Option('-o, --output <format>', t('match.output')).default('text'))
    .action(async (what: string[], options: { output: string }) => {
      const { runExplain } = await import('./explain.ts');
      exit(await runExplain({ ...common(), what: what.join(' '), output: options.output }));
    });

  const flows = program.command('flows').description(t('flows.description'));
  flows
    .command('list')
    .description(t('flows.list'))
    .addOption(new Option('-o, --output <format>', t('match.output')).default('text'))
    .action(async (options: { output: string }) => {
      const { runFlowsList } = await import('./flows.ts');
      exit(await runFlowsList({ ...common(), output: options.output }));
    });
  flows
    .command('show')
    .description(t('flows.show'))
    .argument('<id>')
    .action(async (id: string) => {
      const { runFlowsShow } = await import('./flows.ts');
      exit(await runFlowsShow({ ...common(), id }));
    });
  flows
    .command('graph')
    .description(t('flows.graph'))
    .argument('<id>')
    .action(async (id: string) => {
      const { runFlowsGraph } = await import('./flows.ts');
      exit(await runFlowsGraph({ ...common(), id }));
    });

  program
    .command('resume')
    .description(t('resume.description'))
    .argument('[id]', t('resume.id'))
    .action(async (id: string | undefined) => {
      const { startCase } = await import('./start.ts');
      exit(
        await startCase({ ...startOptions(program.opts()), packs: globals().pack, resume: id ?? '' }, env),
      );
    });

  program
    .command('cases')
    .description(t('cases.description'))
    .action(async () => {
      const { runCases } = await import('./cases.ts');
      exit(await runCases(common()));
    });

  program
    .command('report')
    .description(t('report.description'))
    .argument('[id]', t('resume.id'))
    .addOption(new Option('-o, --output <format>', t('report.output')).default('text'))
    .action(async (id: string | undefined, options: { output: string }) => {
      const { runReport } = await import('./report.ts');
      exit(await runReport({ ...common(), id, output: options.output }));
    });

  const pack = program.command('pack').description(t('pack.description'));
  pack
    .command('lint')
    .description(t('pack.lint'))
    .argument('<folder>', t('pack.folder'))
    .action(async (folder: string) => {
      const { runPackLint } = await import('./pack-lint.ts');
      exit(await runPackLint({ ...common(), folder }));
    });

  program
    .command('scan')
    .description(t('scan.description'))
    .option('-n, --namespace <name>', t('scan.namespace'), collect, [])
    .option('-A, --all-namespaces', t('scan.all-namespaces'))
    .addOption(new Option('-o, --output <format>', t('scan.output')).default('text'))
    .addOption(new Option('--level <level>', t('scan.level')).default('warning'))
    .option('--suppress <file>', t('scan.suppress'))
    .option('--istio-namespace <name>', t('scan.istio-namespace'))
    .option('--rules', t('scan.rules'))
    // Read from the program, which takes them wherever they stand; named here so that the help of `scan` shows them.
    .option('--from <path>', t('start.from'))
    .option('--context <name>', t('start.context'))
    .option('--kubeconfig <file>', t('start.kubeconfig'))
    .action(async (options: ScanOptions) => {
      const { runScan } = await import('./scan.ts');
      const { from, context, kubeconfig } = program.opts<ProgramOptions>();
      exit(
        await runScan({
          ...common(),
          ...options,
          allNamespaces: options.allNamespaces === true,
          rules: options.rules === true,
          from,
          context,
          kubeconfig,
        }),
      );
    });

  program
    .command('snapshot')
    .description(t('snapshot.description'))
    .argument('<path>', t('snapshot.path'))
    .addOption(new Option('-o, --output <format>', t('match.output')).default('text'))
    .action(async (path: string, options: { output: string }) => {
      const { runSnapshot } = await import('./snapshot.ts');
      exit(await runSnapshot({ ...common(), path, output: options.output }));
    });

  program
    .command('rbac')
    .description(t('rbac.description'))
    .option('--user <name>', t('rbac.user'), collect, [])
    .option('--group <name>', t('rbac.group'), collect, [])
    .option('--service-account <namespace/name>', t('rbac.service-account'), collect, [])
    .action(async (options: { user: string[]; group: string[]; serviceAccount: string[] }) => {
      const { runRbac } = await import('./rbac.ts');
      exit(await runRbac(options));
    });

  // Sub-commands speak the same language and throw instead of exiting.
  for (const command of allCommands(program)) {
    command.exitOverride().configureHelp(helpIn(words, false)).helpOption('-h, --help', t('start.help'));
  }
  return program;
}

/** An option that may be given several times. */
function collect(value: string, all: readonly string[]): string[] {
  return [...all, value];
}

function allCommands(command: Command): Command[] {
  return command.commands.flatMap((sub) => [sub, ...allCommands(sub)]);
}

interface ScanOptions {
  readonly namespace: readonly string[];
  readonly allNamespaces?: boolean;
  readonly output: string;
  readonly level: string;
  readonly suppress?: string;
  readonly istioNamespace?: string;
  readonly rules?: boolean;
}

interface ProgramOptions {
  readonly symptom?: string;
  readonly lang?: string;
  readonly plain?: boolean;
  readonly screenReader?: boolean;
  readonly look?: boolean;
  readonly allowExec?: boolean;
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly from?: string;
}

function startOptions(options: ProgramOptions) {
  const { symptom, lang, plain, screenReader, look, allowExec, context, kubeconfig, from } = options;
  return { symptom, lang, plain, screenReader, look, allowExec, context, kubeconfig, from };
}

/** `unmesh pack lint` */
function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}

/** What commander would write in English of its own. */
function helpIn(words: Words, showGlobalOptions: boolean): HelpConfiguration {
  return {
    showGlobalOptions,
    helpWidth: process.stdout.columns ?? 80,
    styleTitle: (title) => translateTitle(title, words),
    optionDescription: ({ description, defaultValue }) =>
      typeof defaultValue === 'string'
        ? `${description} (${words.t('cli.default', { value: defaultValue })})`
        : description,
  };
}

/** Commander's headings are English; ours are words. */
function translateTitle(title: string, words: Words): string {
  const key = title.replace(':', '').toLowerCase();
  return ['usage', 'commands', 'options', 'arguments'].includes(key) ? words.t(`cli.${key}`) : title;
}
