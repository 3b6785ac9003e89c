import type { StatusName } from "@/components/ui/status-glyph";
import type { SourceState } from "@/server/ports";

const NAMES: Record<SourceState["source"], string> = {
  cluster: "Kubernetes API",
  prometheus: "Prometheus",
  istiod: "istiod",
};

const STATES: Record<SourceState["state"], { status: StatusName; word: string }> = {
  connecting: { status: "unknown", word: "Connecting" },
  live: { status: "ok", word: "Answers" },
  stale: { status: "warn", word: "Stopped answering" },
  forbidden: { status: "warn", word: "Refused" },
  down: { status: "fail", word: "Does not answer" },
  off: { status: "off", word: "Off" },
};

/** What is lost while a source is away. */
const LOSSES: Record<SourceState["source"], string> = {
  cluster: "Configuration is shown as last seen and cannot be changed.",
  prometheus: "Rates, errors and latencies are missing; nothing else needs Prometheus.",
  istiod: "Sync states of proxies are unknown; nothing else needs istiod.",
};

/** What to do where the server knows nothing better. */
const HINTS: Record<SourceState["source"], string> = {
  cluster: "Check that the API server runs and that the kubeconfig is still valid.",
  prometheus: "Start with --prometheus URL to show traffic.",
  istiod: "Check that the istiod pods run and that port-forward to them is granted.",
};

/** One source of data in words. */
export interface SourceWords {
  readonly name: string;
  readonly status: StatusName;
  readonly word: string;
  /** Whether something is lost by its state. */
  readonly lost: string | undefined;
  readonly hint: string | undefined;
}

/** Says how a source does, what is lost by it and what to do. */
export function sourceWords({ source, state, error }: SourceState): SourceWords {
  const healthy = state === "live" || state === "connecting";
  return {
    name: NAMES[source],
    ...STATES[state],
    lost: healthy ? undefined : LOSSES[source],
    hint: healthy ? undefined : (error?.hint ?? HINTS[source]),
  };
}
