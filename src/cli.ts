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

const { errorWords } = await import('./commands/error-words.ts');
const words = errorWords(packDirectory(), languageForErrors(argv, process.env));
try {
  process.exitCode = await runProgram(argv, process.env, words);
} catch (error) {
  const { text, exitCode } = drawError(error, words);
  process.stderr.write(text);
  process.exitCode = exitCode;
}
