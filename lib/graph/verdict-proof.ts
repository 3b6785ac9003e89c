import { formatLimit } from "./format";
import type { HealthRule } from "./mesh-graph";
import {
  latencyQuantile,
  meanLatency,
  PAST,
  requestRate,
  type Selection,
  tcpRate,
} from "./queries";
import { ERROR_LIMITS, SLOWER_LIMITS } from "./response-limits";
import { SATURATED, TURNED_AWAY } from "./health";

/** Something to run that shows what a verdict rests on. */
interface ProofSource {
  /** What it is, for its label and the button that copies it. */
  readonly tool: "PromQL" | "kubectl" | "istioctl";
  readonly about: string;
  readonly text: string;
}

/** Why a verdict is what it is, as far as its own sentence with the numbers does not say. */
interface Proof {
  /** The rule with its limits, and what changes them. */
  readonly rule: string;
  /** The stretch of time it looks at; absent for what is looked at as it is now. */
  readonly window?: string;
  readonly sources: readonly ProofSource[];
}

/** What a verdict is about. */
export interface ProofSubject {
  readonly windowSeconds: number;
  /** Label values of its series; undefined where telemetry has none. */
  readonly selection: Selection | undefined;
  readonly namespace: string | undefined;
  /** Its pods, as far as they are known. */
  readonly pods: readonly { readonly namespace: string; readonly name: string }[];
}

/** More pods than this make no command that anybody reads. */
const MOST_PODS = 5;

/** How a verdict came about: its rule, its window, and commands and queries that show the same. */
export function proofOf(rule: HealthRule, subject: ProofSubject): Proof {
  const { selection, windowSeconds } = subject;
  const over = `the last ${windowSeconds} s`;
  const promql = (about: string, query: (selection: Selection) => string): ProofSource[] =>
    selection ? [{ tool: "PromQL", about, text: query(selection) }] : [];
  const responses = promql("these rates", (of) =>
    requestRate(of, windowSeconds, ["response_code", "grpc_response_status", "response_flags"]),
  );
  switch (rule) {
    case "error-share":
      return {
        rule:
          `Amber from ${formatLimit(ERROR_LIMITS.degraded)} of requests failing, red from ` +
          `${formatLimit(ERROR_LIMITS.failing)} and ${ERROR_LIMITS.failuresToFail} of them. A request fails by a status ` +
          "of 5xx, by none at all, or by a gRPC status that blames the server. " +
          `${SETS_LIMITS} the annotation health.kiali.io/rate.`,
        window: over,
        sources: [...responses, ...proxyLogs(subject)],
      };
    case "latency":
      return {
        rule:
          `Amber from ${SLOWER_LIMITS.degraded} times the mean latency of before, red from ` +
          `${SLOWER_LIMITS.failing} times, if it is 20 ms more at least, of 50 requests or more, and not ` +
          `of the slowest few alone. ${SETS_LIMITS} slowerDegraded and slowerFailing there.`,
        window: `${over}, against ${PAST.windowSeconds} s an hour before, or ten minutes before where that was not measured`,
        sources: [
          ...promql("the mean now", (of) => meanLatency(of, windowSeconds)),
          ...PAST.agoSeconds.flatMap((ago) =>
            promql(`the mean ${ago / 60} min before`, (of) =>
              meanLatency(of, PAST.windowSeconds, ago),
            ),
          ),
          ...promql("p95 now", (of) => latencyQuantile(of, windowSeconds, "p95")),
          ...proxyLogs(subject),
        ],
      };
    case "saturation":
      return {
        rule:
          `Amber from ${formatLimit(SATURATED.share)} of requests and ${SATURATED.requests} of them that a limit turned ` +
          `away: Envoy’s flags ${[...TURNED_AWAY].join(", ")} (circuit breaker, rate limit, overload).`,
        window: over,
        sources: [...responses, ...limitsInForce(subject)],
      };
    case "readiness":
      return {
        rule: "Red where no pod is ready, amber where some are not.",
        sources: podCommands(subject),
      };
    case "config":
      return {
        rule: "Amber while a finding of level error is about an object that decides about it.",
        sources: inNamespace(subject, (namespace) => ({
          tool: "istioctl",
          about: "its configuration",
          text: `istioctl analyze -n ${namespace}`,
        })),
      };
    case "proxies":
      return {
        rule: "Amber while a proxy behind it refused what istiod sent, or has not taken it in time.",
        sources: subject.pods.slice(0, MOST_PODS).map(({ namespace, name }) => ({
          tool: "istioctl",
          about: `the sync of ${name}`,
          text: `istioctl proxy-status ${name}.${namespace}`,
        })),
      };
    case "bytes":
      return {
        rule: "TCP has no responses, so bytes alone do not tell what fails.",
        window: over,
        sources: promql("these bytes", (of) => tcpRate(of, windowSeconds)),
      };
    case "traffic":
      return {
        rule: "Idle while no proxy counts a request or a byte.",
        window: over,
        sources: [...responses, ...podCommands(subject)],
      };
    case "telemetry":
      return {
        rule: "Not known while Prometheus does not answer. Readiness and findings are known without it.",
        sources: podCommands(subject),
      };
  }
}

const SETS_LIMITS = "Other limits are set by ConfigMap quarterdeck-health or";

const inNamespace = (
  { namespace }: ProofSubject,
  command: (namespace: string) => ProofSource,
): ProofSource[] => (namespace === undefined ? [] : [command(namespace)]);

function podCommands(subject: ProofSubject): ProofSource[] {
  const names = subject.pods.slice(0, MOST_PODS).map(({ name }) => name);
  return inNamespace(subject, (namespace) => ({
    tool: "kubectl",
    about: "its pods",
    text: [`kubectl -n ${namespace} get pods`, ...names].join(" "),
  }));
}

function proxyLogs({ pods }: ProofSubject): ProofSource[] {
  const [pod] = pods;
  if (!pod) return [];
  const text = `kubectl -n ${pod.namespace} logs ${pod.name} -c istio-proxy --tail=200`;
  return [{ tool: "kubectl", about: "the access log of a pod", text }];
}

function limitsInForce(subject: ProofSubject): ProofSource[] {
  return inNamespace(subject, (namespace) => ({
    tool: "kubectl",
    about: "limits in force",
    text: `kubectl -n ${namespace} get destinationrules,envoyfilters -o yaml`,
  }));
}
