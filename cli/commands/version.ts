import type { Command } from "@/cli/command";
import packageJson from "@/package.json";

/** Prints the version of Quarterdeck. */
export const version: Command = {
  summary: "Print the version",
  usage: "",
  run() {
    process.stdout.write(`quarterdeck ${packageJson.version}\n`);
    return Promise.resolve(0);
  },
};
