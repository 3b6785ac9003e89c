import { readInputs } from "@/cli/analyze/read-inputs";
import type { Command } from "@/cli/command";
import { CommandError } from "@/cli/command";
import { sandboxFault } from "@/cli/sandbox/sandbox-fault";
import { startSandbox } from "@/sandbox/main";
import { sandboxOptions, UsageError } from "@/sandbox/options";

/** Made beside the command line by `scripts/build-node.mjs`. */
const PROMETHEUS_WORKER = new URL("./prometheus-worker.mjs", import.meta.url);

/** Runs the embedded cluster until it is told to stop. */
export const sandbox: Command = {
  summary: "Run the embedded cluster and print where it is reached",
  usage:
    "[--scenario NAME] [--objects DIR] [--seed N] [--port N] [--state DIR] | fault list|set|clear --state DIR",
  async run(args) {
    if (args[0] === "fault") return sandboxFault(args.slice(1));
    const stopped = new Promise<void>((resolve) => {
      process.once("SIGINT", resolve);
      process.once("SIGTERM", resolve);
    });
    const running = await start(args);
    process.stdout.write(`${JSON.stringify(running.address)}\n`);
    await stopped;
    await running.stop();
    return 0;
  },
};

async function start(args: readonly string[]) {
  try {
    const options = sandboxOptions(args);
    const manifests = options.objects === undefined ? [] : await readInputs([options.objects]);
    return await startSandbox(options, manifests, PROMETHEUS_WORKER);
  } catch (error) {
    if (error instanceof UsageError) throw new CommandError(error.message);
    if (error instanceof Error && "code" in error) {
      if (error.code === "EADDRINUSE") {
        throw new CommandError(`the port is in use; choose another with --port (${error.message})`);
      }
      if (error.code === "EACCES" || error.code === "ENOTDIR" || error.code === "EROFS") {
        throw new CommandError(`the folder of --state cannot be written: ${error.message}`);
      }
    }
    throw error;
  }
}
