import { type Command, CommandError } from "./command";

const help: Command = {
  summary: "List the commands",
  usage: "",
  async run() {
    const lines = Object.entries(COMMANDS).map(async ([name, load]) => {
      const { summary, usage } = await load();
      return `  ${`${name} ${usage}`.trim()}\n      ${summary}`;
    });
    const text = (await Promise.all(lines)).join("\n");
    process.stdout.write(`Usage: quarterdeck COMMAND\n\n${text}\n`);
    return 0;
  },
};

/** Each command is loaded when it is called: what the others need would slow its start. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  help: () => Promise.resolve(help),
  analyze: async () => (await import("./commands/analyze")).analyze,
  graph: async () => (await import("./commands/graph")).graph,
  "proxy-config": async () => (await import("./commands/proxy-config")).proxyConfig,
  "proxy-status": async () => (await import("./commands/proxy-status")).proxyStatus,
  request: async () => (await import("./commands/request")).request,
  rollout: async () => (await import("./commands/rollout")).rollout,
  sandbox: async () => (await import("./commands/sandbox")).sandbox,
  validate: async () => (await import("./commands/validate")).validate,
  version: async () => (await import("./commands/version")).version,
};

const ALIASES: Readonly<Record<string, string>> = {
  "--help": "help",
  "-h": "help",
  "--version": "version",
};

/** Runs `quarterdeck` with the arguments after the program's name; resolves to the exit code. */
export async function runCommand([given = "help", ...rest]: readonly string[]): Promise<number> {
  const name = ALIASES[given] ?? given;
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!load) return usage(`no command '${given}'; 'quarterdeck help' lists the commands`);
  try {
    return await (await load()).run(rest);
  } catch (error) {
    if (error instanceof CommandError) return usage(`${name}: ${error.message}`);
    throw error;
  }
}

function usage(message: string): number {
  process.stderr.write(`quarterdeck: ${message}\n`);
  return 2;
}
