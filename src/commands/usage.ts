/** What is wrong with a command line, as an error with words: commander knows it in English only. */
import type { CommanderError } from 'commander';
import { EXIT, UserError } from '../errors.ts';

/** `command`: the one that refused, `unmesh scan`. */
export function usageError(error: CommanderError, command: string): UserError {
  const message = error.message.replace(/^error: /, '');
  const near = /\(Did you mean (?:one of )?([^()]{1,200})\?\)$/.exec(message)?.[1];
  const given = /'([^']*)'/.exec(message)?.[1] ?? '';
  const usage = (id: string, values: Record<string, string> = {}) =>
    new UserError(id, { command, given, ...values }, EXIT.usage, error);
  switch (error.code) {
    case 'commander.unknownOption':
      return near === undefined ? usage('usage-option') : usage('usage-option-near', { near });
    case 'commander.unknownCommand':
      return near === undefined ? usage('usage-command') : usage('usage-command-near', { near });
    case 'commander.missingArgument':
      return usage('usage-missing');
    case 'commander.optionMissingArgument':
      return usage('usage-value');
    case 'commander.excessArguments':
      return usage('usage-more', { given: message.replace(/^.* but got \d+(?:: )?/, '').replace(/\.$/, '') });
    default:
      return usage('option-unknown', { message });
  }
}
