/** One command of the command line. */
export interface Command {
  /** One line for the list of commands. */
  readonly summary: string;
  /** What follows the command's name. */
  readonly usage: string;
  /** Runs with the arguments after the command's name; resolves to the exit code. */
  run(args: readonly string[]): Promise<number>;
}

/** Wrong usage of a command: told in one line, exit code 2. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}
