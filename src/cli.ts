/** argv in, exit code out. The entry of the bundle. */
import { drawError } from './commands/errors.ts';
import { runProgram } from './commands/program.ts';
import { languageForErrors, packDirectory } from './commands/runtime.ts';

const argv = process.argv.slice(2);

// Colour is decided before anything that draws is loaded.
if (process.env.NO_COLOR || argv.includes('--no-color')) {
  process.env.FORCE_COLOR = '0';
  process.env.NO_COLOR = '1';
}

// `unmesh match … | head` closes the pipe early; that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

// A start without a command draws on the terminal: the screen's code is fetched while the words and the pack are read.
const drawsNothing = new Set(['--plain', '--help', '-h', '--version', '-V']);
if (
  process.stdout.isTTY &&
  argv[0]?.startsWith('-') !== false &&
  !argv.some((arg) => drawsNothing.has(arg))
) {
  for (const part of [import('./commands/start.ts'), import('./ui/run-ink.tsx')]) part.catch(() => undefined);
}

const { errorWords } = await import('./commands/error-words.ts');
const words = errorWords(packDirectory(), languageForErrors(argv, process.env));
try {
  process.exitCode = await runProgram(argv, process.env, words);
} catch (error) {
  const { text, exitCode } = drawError(error, words);
  process.stderr.write(text);
  process.exitCode = exitCode;
}
