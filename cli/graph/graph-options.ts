import { CommandError } from "@/cli/command";
import { oneOf, parseOptions } from "@/cli/parse-options";
import { type Instant, instant } from "@/lib/base/units";
import { GRAPH_FORMATS, type GraphFormat } from "@/lib/graph/graph-text";
import { GRAPH_TYPES, type GraphType } from "@/lib/graph/mesh-graph";
import { windowSeconds } from "@/lib/graph/window";
import { Label } from "@/lib/k8s/names";

/** What `quarterdeck graph` was asked. */
export interface GraphOptions {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly prometheus: string | undefined;
  /** Empty: all. */
  readonly namespaces: readonly string[];
  readonly windowSeconds: number;
  /** Undefined: now. */
  readonly at: Instant | undefined;
  readonly type: GraphType;
  readonly output: GraphFormat;
}

/** Reads the arguments. @throws CommandError */
export function graphOptions(args: readonly string[]): GraphOptions {
  const { values, positionals } = parseOptions(args, {
    kubeconfig: { type: "string" },
    context: { type: "string" },
    prometheus: { type: "string" },
    namespace: { type: "string", short: "n", multiple: true },
    duration: { type: "string" },
    at: { type: "string" },
    type: { type: "string" },
    output: { type: "string", short: "o" },
  });
  const [surplus] = positionals;
  if (surplus !== undefined) throw new CommandError(`takes no '${surplus}'`);
  const { kubeconfig, context, prometheus } = values;
  const namespaces = (values.namespace ?? []).flatMap((list) => list.split(","));
  for (const name of namespaces) {
    if (!Label.safeParse(name).success) {
      throw new CommandError(`-n '${name}' is no name of a namespace`);
    }
  }
  if (prometheus !== undefined && !/^https?:\/\/[^/]/.test(prometheus)) {
    throw new CommandError(
      `--prometheus must be a URL such as http://prometheus:9090, not '${prometheus}'`,
    );
  }
  return {
    kubeconfig,
    context,
    prometheus,
    namespaces,
    windowSeconds: durationOf(values.duration ?? "60s"),
    at: values.at === undefined ? undefined : timeOf(values.at),
    type: oneOf("--type", values.type, GRAPH_TYPES),
    output: oneOf("-o", values.output, GRAPH_FORMATS),
  };
}

function durationOf(text: string): number {
  const seconds = windowSeconds(text);
  if (seconds !== undefined) return seconds;
  throw new CommandError(
    `--duration must be a length from 1s to 1d such as 60s, 5m or 1h, not '${text}'`,
  );
}

function timeOf(text: string): Instant {
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text);
  if (Number.isFinite(ms)) return instant(ms);
  throw new CommandError(
    `--at must be a time such as 2026-01-31T12:00:00Z, or seconds since 1970, not '${text}'`,
  );
}
