import { readInputs } from "@/cli/analyze/read-inputs";
import { type Command, CommandError } from "@/cli/command";
import { oneOf, parseOptions } from "@/cli/parse-options";
import { simulate } from "@/cli/rollout/simulate";
import { readSimulation } from "@/cli/rollout/simulation-file";
import { simulationText } from "@/cli/rollout/simulation-text";

/** Runs a rollout's plan on a virtual clock. */
export const rollout: Command = {
  summary: "Run a rollout on a virtual clock and tell what would be written, and when",
  usage: "simulate FILE|- [-o json|text]",
  async run(args) {
    const { values, positionals } = parseOptions(args, {
      output: { type: "string", short: "o" },
    });
    const [verb, file, ...more] = positionals;
    if (verb !== "simulate" || file === undefined || more.length > 0) {
      throw new CommandError("use 'quarterdeck rollout simulate FILE'");
    }
    const output = oneOf("-o", values.output, ["json", "text"]);
    const [input] = await readInputs([file]);
    if (!input) throw new CommandError(`${file}: holds no simulation`);
    const { stories, problems, warnings } = await simulate(readSimulation(input));
    const [story] = stories;
    const document = stories.length === 1 ? story : { ...story, rollouts: stories };
    const text = output === "json" ? JSON.stringify(document, null, 2) : simulationText(stories);
    process.stdout.write(`${text}\n`);
    for (const warning of warnings) process.stderr.write(`${file}: ${warning}\n`);
    for (const { field, message } of problems) {
      process.stderr.write(`quarterdeck: rollout: ${file}: rollout.${field} ${message}\n`);
    }
    return problems.length > 0 ? 2 : 0;
  },
};
