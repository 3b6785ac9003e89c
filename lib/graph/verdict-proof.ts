import { formatLimit } from "./format";
import type { HealthRule } from "./mesh-graph";
import {
  type GraphQueries,
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

/** What a verdict of one rule rests on. */
interface VerdictRule {
  /** The rule with its limits, and what changes them. */
  readonly rule: string;
  /** It looks at the window of the graph; what stands here it looks at besides. */
  readonly window?: string;
  /** The queries of the graph whose numbers it rests on. */
  readonly queries: readonly (keyof GraphQueries)[];
  /** What tells the same where no query does; words in capitals are to be filled in. */
  readonly command?: string;
  /** What shows the same of one subject. */
  readonly sources: (subject: ProofSubject) => ProofSource[];
}

const SETS_LIMITS = "Other limits are set by ConfigMap quarterdeck-health or";

const RULES: Readonly<Record<HealthRule, VerdictRule>> = {
  "error-share": {
    rule:
      `Amber from ${formatLimit(ERROR_LIMITS.degraded)} of requests failing, red from ` +
      `${formatLimit(ERROR_LIMITS.failing)} and ${ERROR_LIMITS.failuresToFail} of them. A request fails by a status ` +
      "of 5xx, by none at all, or by a gRPC status that blames the server. " +
      `${SETS_LIMITS} the annotation health.kiali.io/rate.`,
    window: "",
    queries: ["requests"],
    sources: (subject) => [...responses(subject), ...proxyLogs(subject)],
  },
  latency: {
    rule:
      `Amber from ${SLOWER_LIMITS.degraded} times the mean latency of before, red from ` +
      `${SLOWER_LIMITS.failing} times, if it is 20 ms more at least, of 50 requests or more, and not ` +
      `of the slowest few alone. ${SETS_LIMITS} slowerDegraded and slowerFailing there.`,
    window: `, against ${PAST.windowSeconds} s an hour before, or ten minutes before where that was not measured`,
    queries: ["durations", "requests", "past"],
    sources: (subject) => [
      ...promql(subject, "the mean now", (of) => meanLatency(of, subject.windowSeconds)),
      ...PAST.agoSeconds.flatMap((ago) =>
        promql(subject, `the mean ${ago / 60} min before`, (of) =>
          meanLatency(of, PAST.windowSeconds, ago),
        ),
      ),
      ...promql(subject, "p95 now", (of) => latencyQuantile(of, subject.windowSeconds, "p95")),
      ...proxyLogs(subject),
    ],
  },
  saturation: {
    rule:
      `Amber from ${formatLimit(SATURATED.share)} of requests and ${SATURATED.requests} of them that a limit turned ` +
      `away: Envoy’s flags ${[...TURNED_AWAY].join(", ")} (circuit breaker, rate limit, overload).`,
    window: "",
    queries: ["requests"],
    sources: (subject) => [...responses(subject), ...limitsInForce(subject)],
  },
  readiness: {
    rule: "Red where no pod is ready, amber where some are not.",
    queries: [],
    command: "kubectl get pods -n NAMESPACE",
    sources: podCommands,
  },
  config: {
    rule: "Amber while a finding of level error is about an object that decides about it.",
    queries: [],
    command: "quarterdeck analyze --kubeconfig FILE",
    sources: (subject) =>
      inNamespace(subject, (namespace) => ({
        tool: "istioctl",
        about: "its configuration",
        text: `istioctl analyze -n ${namespace}`,
      })),
  },
  proxies: {
    rule: "Amber while a proxy behind it refused what istiod sent, or has not taken it in time.",
    queries: [],
    command: "quarterdeck proxy-status",
    sources: ({ pods }) =>
      pods.slice(0, MOST_PODS).map(({ namespace, name }) => ({
        tool: "istioctl",
        about: `the sync of ${name}`,
        text: `istioctl proxy-status ${name}.${namespace}`,
      })),
  },
  bytes: {
    rule: "TCP has no responses, so bytes alone do not tell what fails.",
    window: "",
    queries: ["tcp"],
    sources: (subject) =>
      promql(subject, "these bytes", (of) => tcpRate(of, subject.windowSeconds)),
  },
  traffic: {
    rule: "Idle while no proxy counts a request or a byte.",
    window: "",
    queries: ["requests", "tcp"],
    sources: (subject) => [...responses(subject), ...podCommands(subject)],
  },
  telemetry: {
    rule: "Not known while Prometheus does not answer. Readiness and findings are known without it.",
    queries: ["requests", "tcp"],
    sources: podCommands,
  },
};

/** How a verdict came about: its rule, its window, and commands and queries that show the same. */
export function proofOf(rule: HealthRule, subject: ProofSubject): Proof {
  const { rule: words, window, sources } = RULES[rule];
  return {
    rule: words,
    ...(window === undefined ? {} : { window: `the last ${subject.windowSeconds} s${window}` }),
    sources: sources(subject),
  };
}

/** By rule of a verdict: the rule in words, and the queries or the command that it rests on. */
export const verdictsJson = (): Readonly<
  Record<HealthRule, Pick<VerdictRule, "rule" | "queries" | "command">>
> => {
  const json = Object.entries(RULES).map(([name, { rule, queries, command }]) => [
    name,
    { rule, queries, ...(command === undefined ? {} : { command }) },
  ]);
  return Object.fromEntries(json) as ReturnType<typeof verdictsJson>;
};

const promql = (
  { selection }: ProofSubject,
  about: string,
  query: (selection: Selection) => string,
): ProofSource[] => (selection ? [{ tool: "PromQL", about, text: query(selection) }] : []);

const responses = (subject: ProofSubject): ProofSource[] =>
  promql(subject, "these rates", (of) =>
    requestRate(of, subject.windowSeconds, [
      "response_code",
      "grpc_response_status",
      "response_flags",
    ]),
  );

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
