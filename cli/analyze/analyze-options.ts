import { CommandError } from "@/cli/command";
import { oneOf, parseOptions, refuseUnbuilt } from "@/cli/parse-options";
import type { Level } from "@/lib/analysis/rule";
import { RULES } from "@/lib/analysis/rules.gen";
import { OBJECT_SHAPE } from "./read-objects";
import { type Suppression, suppressionOf } from "./suppress";

export interface AnalyzeOptions {
  /** Files, folders and `-`; at least one. */
  readonly inputs: readonly string[];
  /** Namespace of objects that name none. */
  readonly defaultNamespace: string;
  /** Only findings of this namespace, and of objects outside namespaces; undefined for all. */
  readonly namespace: string | undefined;
  /** Only these codes; undefined for all. */
  readonly only: ReadonlySet<string> | undefined;
  readonly suppress: readonly Suppression[];
  /** The mildest level that makes the exit code 1. */
  readonly failOn: Level;
  readonly output: "text" | "json" | "sarif";
}

const UNBUILT = ["kubeconfig", "context", "mesh-config", "mesh-networks", "compat"] as const;

const LEVELS = { error: "Error", warning: "Warning", info: "Info" } as const;

/** Reads the command line of `quarterdeck analyze`. @throws CommandError */
export function analyzeOptions(args: readonly string[]): AnalyzeOptions {
  const { values, positionals } = parseOptions(args, {
    namespace: { type: "string", short: "n" },
    "all-namespaces": { type: "boolean", short: "A" },
    only: { type: "string", multiple: true },
    suppress: { type: "string", multiple: true },
    "fail-on": { type: "string" },
    output: { type: "string", short: "o" },
    kubeconfig: { type: "string" },
    context: { type: "string" },
    "mesh-config": { type: "string" },
    "mesh-networks": { type: "string" },
    compat: { type: "string" },
  });
  refuseUnbuilt(values, UNBUILT);
  if (positionals.length === 0) throw new CommandError("name a file or a folder, or - for stdin");
  if (values.namespace !== undefined && values["all-namespaces"]) {
    throw new CommandError("-n and -A exclude each other");
  }
  return {
    inputs: [...new Set(positionals)],
    defaultNamespace: values.namespace ?? "default",
    namespace: values.namespace,
    only: values.only && new Set(values.only.flatMap(codes)),
    suppress: (values.suppress ?? []).map(suppressionOf),
    failOn: LEVELS[oneOf("--fail-on", values["fail-on"], ["error", "warning", "info"])],
    output: oneOf("--output", values.output, ["text", "json", "sarif"]),
  };
}

const KNOWN: ReadonlySet<string> = new Set([
  OBJECT_SHAPE.code,
  ...RULES.flatMap(({ code, aliases }) => [code, ...aliases]),
]);

/** A code that no rule has is refused: a check that never runs must not look like a passed one. */
function codes(list: string): readonly string[] {
  const given = list.split(",").map((code) => code.trim());
  const unknown = given.find((code) => !KNOWN.has(code));
  if (unknown !== undefined) throw new CommandError(`--only: no rule has the code '${unknown}'`);
  return given;
}
