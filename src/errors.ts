/** Every error a person can meet: an id, values for its words (`locales/<lang>/errors.json`) and an exit code. */

/** Exit codes, documented in docs/cli.md. The same in every output format. */
export const EXIT = {
  ok: 0,
  /** A symptom or finding: `match` found nothing, `scan` found something, `lint` found faults. */
  found: 1,
  /** The command line is wrong: unknown flow, language, option. */
  usage: 2,
  /** What was given cannot be read: empty, binary, too large, missing file. */
  input: 3,
  /** The machine refuses: state directory, pack files, Node version. */
  environment: 4,
  /** `scan` found nothing, but could not read everything. */
  incomplete: 5,
  /** A bug of ours. */
  bug: 70,
  /** 128 + signal number, as shells report it. */
  sigint: 130,
  sigterm: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Values for the placeholders of an error's words. */
export type ErrorValues = Readonly<Record<string, string | number>>;

/**
 * An error the person can do something about. `id` names its words (`what`, `why`, `next`); nothing else is shown.
 * Anything thrown that is not a UserError is our bug and is shown with its stack.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly id: string;
  readonly values: ErrorValues;
  readonly exitCode: ExitCode;

  constructor(id: string, values: ErrorValues = {}, exitCode: ExitCode = EXIT.usage, cause?: unknown) {
    super(`${id} ${JSON.stringify(values)}`, cause === undefined ? undefined : { cause });
    this.id = id;
    this.values = values;
    this.exitCode = exitCode;
  }
}

/** Why a file that a person named cannot be read: in words where the reason is a common one. */
export function fileError(path: string, cause: unknown): UserError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new UserError(FILE_ERRORS[code] ?? 'file-unreadable', { path, reason }, EXIT.input, cause);
}

const FILE_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'file-missing',
  ENOTDIR: 'file-missing',
  EACCES: 'file-forbidden',
  EPERM: 'file-forbidden',
  EISDIR: 'file-folder',
};
