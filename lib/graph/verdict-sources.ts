import type { HealthRule } from "./mesh-graph";
import type { GraphQueries } from "./queries";

/** Where a verdict comes from. */
interface VerdictSource {
  /** The queries of the graph whose numbers it rests on. */
  readonly queries: readonly (keyof GraphQueries)[];
  /** What tells the same where no query does; words in capitals are to be filled in. */
  readonly command?: string;
}

/** By rule: the queries, or else the command, that a verdict can be checked with. */
export const VERDICT_SOURCES: Readonly<Record<HealthRule, VerdictSource>> = {
  "error-share": { queries: ["requests"] },
  saturation: { queries: ["requests"] },
  latency: { queries: ["durations", "requests", "past"] },
  bytes: { queries: ["tcp"] },
  traffic: { queries: ["requests", "tcp"] },
  telemetry: { queries: ["requests", "tcp"] },
  readiness: { queries: [], command: "kubectl get pods -n NAMESPACE" },
  config: { queries: [], command: "quarterdeck analyze --kubeconfig FILE" },
  proxies: { queries: [], command: "quarterdeck proxy-status" },
};
