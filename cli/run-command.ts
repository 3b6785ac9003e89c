import { type Command, CommandError } from "./command";
import { analyze } from "./commands/analyze";
import { sandbox } from "./commands/sandbox";
import { validate } from "./commands/validate";
import { version } from "./commands/version";

const help: Command = {
  summary: "List the commands",
  usage: "",
  run() {
    const lines = Object.entries(COMMANDS).map(
      ([name, { summary, usage }]) => `  ${`${name} ${usage}`.trim()}\n      ${summary}`,
    );
    process.stdout.write(`Usage: quarterdeck COMMAND\n\n${lines.join("\n")}\n`);
    return Promise.resolve(0);
  },
};

const COMMANDS: Readonly<Record<string, Command>> = {
  help,
  analyze,
  sandbox,
  validate,
  version,
};

const ALIASES: Readonly<Record<string, string>> = {
  "--help": "help",
  "-h": "help",
  "--version": "version",
};

/** Runs `quarterdeck` with the arguments after the program's name; resolves to the exit code. */
export async function runCommand([given = "help", ...rest]: readonly string[]): Promise<number> {
  const name = ALIASES[given] ?? given;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) return usage(`no command '${given}'; 'quarterdeck help' lists the commands`);
  try {
    return await command.run(rest);
  } catch (error) {
    if (error instanceof CommandError) return usage(`${name}: ${error.message}`);
    throw error;
  }
}

function usage(message: string): number {
  process.stderr.write(`quarterdeck: ${message}\n`);
  return 2;
}
