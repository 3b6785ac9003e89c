import { parseArgs } from "node:util";

/** How to run the embedded cluster. */
export interface SandboxOptions {
  /** Name of the scenario that fills the cluster. */
  readonly scenario: string;
  /** Same seed, same cluster. */
  readonly seed: number;
  /** Port of the API server; zero takes a free one. */
  readonly port: number;
  /** File or folder of manifests to load; undefined for none. */
  readonly objects: string | undefined;
  /** Folder that receives the kubeconfig; undefined makes one for the lifetime of the process. */
  readonly state: string | undefined;
}

/** Wrong usage, in one line. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Reads the command line of `quarterdeck sandbox`. @throws UsageError */
export function sandboxOptions(args: readonly string[]): SandboxOptions {
  const { values } = parse(args);
  return {
    scenario: values.scenario ?? (values.objects === undefined ? "bookinfo" : "empty"),
    objects: values.objects,
    seed: wholeNumber("--seed", values.seed ?? "1", 2 ** 32 - 1),
    port: wholeNumber("--port", values.port ?? "0", 65_535),
    state: values.state,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        scenario: { type: "string" },
        seed: { type: "string" },
        port: { type: "string" },
        state: { type: "string" },
        objects: { type: "string" },
      },
    });
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message.split(". ")[0] ?? "");
    throw error;
  }
}

function wholeNumber(flag: string, text: string, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > max) {
    throw new UsageError(`${flag} must be a whole number from 0 to ${max}, not '${text}'`);
  }
  return value;
}
