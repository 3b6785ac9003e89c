import type { AppError } from "@/lib/base/errors";
import type { KindId } from "@/lib/istio/kinds";
import type { SourceState } from "../ports";
import type { Incident } from "./incident";
import { sentences } from "./sentence";

/** What is lost while a source is away. */
const LOST: Readonly<Record<SourceState["source"], string>> = {
  cluster: "What is shown of the cluster is as old as its last answer, and nothing can be changed.",
  prometheus: "Traffic, errors and latencies are not known; nothing else needs Prometheus.",
  istiod: "Whether proxies have their configuration is not known; nothing else needs istiod.",
};

const NAME: Readonly<Record<SourceState["source"], string>> = {
  cluster: "The Kubernetes API",
  prometheus: "Prometheus",
  istiod: "istiod",
};

/** An incident for each source that is away, and one for the kinds that may not be read. */
export function sourceIncidents(
  sources: readonly SourceState[],
  problems: readonly { readonly kind: KindId; readonly error: AppError }[],
): Incident[] {
  const base = { target: undefined, sinceOrEarlier: false, actions: [], evidence: undefined };
  const away = sources.flatMap(({ source, state, lastSeen, error }): Incident[] => {
    if (state === "live" || state === "connecting" || state === "off") return [];
    return [
      {
        ...base,
        id: `source ${source}`,
        // Without the cluster nothing else here can be trusted; the others only leave gaps.
        status: source === "cluster" ? "fail" : "warn",
        title: `${NAME[source]} ${state === "forbidden" ? "refuses us" : "does not answer"}`,
        cause: sentences(error?.message, LOST[source], error?.hint),
        since: lastSeen,
        weight: Number.MAX_SAFE_INTEGER,
      },
    ];
  });
  const clusterAway = away.some(({ id }) => id === "source cluster");
  if (problems.length === 0 || clusterAway) return away;
  const kinds = problems.map(({ kind }) => kind).join(", ");
  const hint = problems.find(({ error }) => error.hint !== undefined)?.error.hint;
  return [
    ...away,
    {
      ...base,
      id: "kinds",
      status: "warn",
      title: `${problems.length} ${problems.length === 1 ? "kind" : "kinds"} of objects cannot be read`,
      cause: sentences(kinds, problems[0]?.error.message, hint),
      since: undefined,
      weight: problems.length,
    },
  ];
}
