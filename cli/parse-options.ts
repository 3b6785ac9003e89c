import { parseArgs, type ParseArgsConfig } from "node:util";
import { CommandError } from "./command";

type Options = NonNullable<ParseArgsConfig["options"]>;

/** Reads a command's options and the words between them. @throws CommandError */
export function parseOptions<const T extends Options>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    if (error instanceof TypeError) throw new CommandError(error.message.split(". ")[0] ?? "");
    throw error;
  }
}

/** The value of an option that takes one of a few words. @throws CommandError */
export function oneOf<const T extends string>(
  flag: string,
  value: string | undefined,
  choices: readonly [T, ...T[]],
): T {
  if (value === undefined) return choices[0];
  const choice = choices.find((word) => word === value);
  if (choice !== undefined) return choice;
  throw new CommandError(`${flag} must be one of ${choices.join(", ")}, not '${value}'`);
}
