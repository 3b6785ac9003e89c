import { CommandError } from "@/cli/command";
import { oneOf, parseOptions } from "@/cli/parse-options";
import type { Level } from "@/lib/analysis/rule";
import { KNOWN_CODES } from "./known-codes";
import { type Suppression, suppressionOf } from "./suppress";

export interface AnalyzeOptions {
  /** Files, folders and `-`; empty only with a live cluster. */
  readonly inputs: readonly string[];
  /** Namespace of objects that name none. */
  readonly defaultNamespace: string;
  /** Only findings of this namespace, and of objects outside namespaces; undefined for all. */
  readonly namespace: string | undefined;
  /** The cluster that the files are laid over; undefined where they are the whole cluster. */
  readonly live:
    { readonly kubeconfig: string | undefined; readonly context: string | undefined } | undefined;
  /** Contexts of the mesh's other clusters, whose Services and ServiceAccounts are compared. */
  readonly remoteContexts: readonly string[];
  /** Files with the mesh config and the mesh's networks, in place of those of ConfigMap `istio`. */
  readonly meshConfig: string | undefined;
  readonly meshNetworks: string | undefined;
  /** File with levels and suppressions, as in the ConfigMap `quarterdeck-policy`. */
  readonly policy: string | undefined;
  /** Whose reading, rules and words; undefined for ours. */
  readonly compat: "istioctl" | undefined;
  /** Only these codes; undefined for all. */
  readonly only: ReadonlySet<string> | undefined;
  readonly suppress: readonly Suppression[];
  /** The mildest level that makes the exit code 1. */
  readonly failOn: Level;
  readonly output: "text" | "json" | "sarif";
  /** Analyse again whenever a file changes, until told to stop. */
  readonly watch: boolean;
}

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
    "remote-contexts": { type: "string" },
    "mesh-config": { type: "string" },
    "mesh-networks": { type: "string" },
    policy: { type: "string" },
    compat: { type: "string" },
    watch: { type: "boolean" },
  });
  const { namespace, kubeconfig, context, watch = false } = values;
  const live = kubeconfig !== undefined || context !== undefined;
  const compat =
    values.compat === undefined ? undefined : oneOf("--compat", values.compat, ["istioctl"]);
  if (positionals.length === 0 && !live) {
    throw new CommandError(
      "name a file or a folder, or - for stdin, or a cluster with --kubeconfig",
    );
  }
  if (namespace !== undefined && values["all-namespaces"]) {
    throw new CommandError("-n and -A exclude each other");
  }
  if (values["remote-contexts"] !== undefined && !live) {
    throw new CommandError(
      "--remote-contexts needs --kubeconfig or --context, which it looks beside",
    );
  }
  if (live && compat) throw new CommandError("--compat reads files only, no live cluster");
  if (compat && values.policy !== undefined) {
    throw new CommandError("--policy and --compat exclude each other: istioctl knows no policies");
  }
  if (watch && (positionals.length === 0 || positionals.includes("-"))) {
    throw new CommandError("--watch needs a file or a folder to look at");
  }
  const selected = compat && !values["all-namespaces"] ? (namespace ?? "default") : namespace;
  return {
    inputs: [...new Set(positionals)],
    // istioctl leaves objects without a namespace where all namespaces are asked for.
    defaultNamespace: compat ? (selected ?? "") : (namespace ?? "default"),
    namespace: selected,
    live: live ? { kubeconfig, context } : undefined,
    remoteContexts: values["remote-contexts"]?.split(",").map((name) => name.trim()) ?? [],
    meshConfig: values["mesh-config"],
    meshNetworks: values["mesh-networks"],
    policy: values.policy,
    compat,
    only: values.only && new Set(values.only.flatMap(codes)),
    suppress: (values.suppress ?? []).map(suppressionOf),
    failOn: LEVELS[oneOf("--fail-on", values["fail-on"], ["error", "warning", "info"])],
    output: oneOf("--output", values.output, ["text", "json", "sarif"]),
    watch,
  };
}

/** A code that no rule has is refused: a check that never runs must not look like a passed one. */
function codes(list: string): readonly string[] {
  const given = list.split(",").map((code) => code.trim());
  const unknown = given.find((code) => !KNOWN_CODES.has(code));
  if (unknown !== undefined) throw new CommandError(`--only: no rule has the code '${unknown}'`);
  return given;
}
