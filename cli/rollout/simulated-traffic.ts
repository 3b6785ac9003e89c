import { canonicalRevision } from "@/lib/istio/labels";
import type { MeshView } from "@/lib/mesh/view";
import type { CanaryRollout } from "@/lib/rollout/plan";
import { versionsOf } from "@/lib/rollout/preflight";
import { resolveHost } from "@/lib/istio/host";
import { subsetsOf } from "@/lib/rollout/version-facts";
import { BOUNDS } from "@/sandbox/traffic/histogram";
import type { MetricPoint, MetricSource } from "@/sandbox/contracts";
import { latencyBuckets } from "./latency-buckets";
import type { TrafficEntry } from "./simulation-file";
import { type LiveShare, shareMemory } from "./live-shares";

/** What is not said of traffic is that of rollouts.md section 7. */
export const TOTAL_RPS = 100;
export const ERROR_RATE = 0.001;
const P99_MS = 120;
/** What counters stood at before: Prometheus guesses otherwise when those near 0 began. */
const PAST = 100_000;
const LE = [...BOUNDS.map(String), "+Inf"];

/** The traffic of a simulation: counters of the client's proxy, one second after the other. */
export interface SimulatedTraffic extends MetricSource {
  /**
   * Counts the second that begins at `second`, under the weights of `mesh`. Counters are there from
   * the first call on, as after a long past: none is missed because it was new.
   */
  pass(second: number, mesh: MeshView): void;
}

type Labels = Readonly<Record<string, string>>;

interface Counter {
  readonly labels: Labels;
  value: number;
}

/** What one version is counted by, at its callers and, for copies, at itself. */
interface Version {
  readonly name: string;
  /** Whether copies are sent to it at some step. */
  readonly isCopied: boolean;
  /** All labels in one text. */
  readonly key: string;
  /** Label sets of the histogram's lines: always the same objects, which identify series. */
  readonly buckets: readonly Labels[];
  readonly counters: Readonly<Record<Kind, Counter>>;
  readonly durations: number[];
}
type Kind = "served" | "failed" | "grpcFailed" | "lost" | "copied" | "copiesFailed";

/** How each kind of request is labelled beside its version. */
const KINDS: Readonly<Record<Kind, Labels>> = {
  served: { response_code: "200", response_flags: "-" },
  failed: { response_code: "503", response_flags: "-" },
  grpcFailed: { response_code: "200", response_flags: "-", grpc_response_status: "14" },
  lost: { response_code: "503", response_flags: "UH" },
  copied: { reporter: "destination", response_code: "200", response_flags: "-" },
  copiesFailed: { reporter: "destination", response_code: "503", response_flags: "-" },
};

/** Traffic to the versions of some rollouts, as the entries of a simulation file say. */
export function simulatedTraffic(
  entries: readonly TrafficEntry[],
  rollouts: readonly CanaryRollout[],
): SimulatedTraffic {
  const versions = new Map<string, Version>();
  /** What telemetry cannot tell apart is counted together: two rollouts may have one service. */
  const counted = new Map<string, Version>();
  const sharesOf = shareMemory();

  function versionOf(mesh: MeshView, rollout: CanaryRollout, { name, side }: LiveShare): Version {
    const key = `${rollout.metadata.namespace}/${rollout.metadata.name} ${name}`;
    const known = versions.get(key);
    if (known) return known;
    const made = describe(mesh, rollout, { name, side });
    const same = counted.get(made.key) ?? made;
    counted.set(made.key, same);
    versions.set(key, same);
    return same;
  }

  function count(version: Version, { share, copies }: LiveShare, second: number, total: number) {
    const entry = lastOf(entries, second, ({ version: name }) => name === version.name);
    const requests = entry?.rps ?? total * share;
    const lost = requests * (entry?.undelivered ?? 0);
    const errorRate = entry?.errorRate ?? ERROR_RATE;
    const failed = (requests - lost) * errorRate;
    const grpcFailed = (requests - lost - failed) * (entry?.grpcErrorRate ?? 0);
    const { counters, durations } = version;
    counters.served.value += requests - lost - failed - grpcFailed;
    counters.failed.value += failed;
    counters.grpcFailed.value += grpcFailed;
    counters.lost.value += lost;
    const copied = total * copies;
    counters.copied.value += copied * (1 - errorRate);
    counters.copiesFailed.value += copied * errorRate;
    latencyBuckets(entry?.p99 ?? P99_MS).forEach((part, index) => {
      durations[index] = (durations[index] ?? 0) + part * (requests + copied);
    });
  }

  return {
    job: "simulation",
    instance: "client",
    pass(second, mesh) {
      const total = lastOf(entries, second, (entry) => entry.totalRps !== undefined);
      const totalRps = total?.totalRps ?? TOTAL_RPS;
      for (const rollout of rollouts) {
        for (const live of sharesOf(mesh, rollout)) {
          count(versionOf(mesh, rollout, live), live, second, totalRps);
        }
      }
    },
    *collect(): Iterable<MetricPoint> {
      for (const { counters, durations, buckets, isCopied } of counted.values()) {
        for (const { labels: own, value } of Object.values(counters)) {
          if (isCopied || own["reporter"] === "source") {
            yield { name: "istio_requests_total", labels: own, value };
          }
        }
        // Parts of requests count, which a histogram of the sandbox does not hold.
        let below = 0;
        for (const [index, labels] of buckets.entries()) {
          below += durations[index] ?? 0;
          yield { name: "istio_request_duration_milliseconds_bucket", labels, value: below };
        }
      }
    },
  };
}

/** The last entry of its kind that has begun. */
const lastOf = (
  entries: readonly TrafficEntry[],
  second: number,
  fits: (entry: TrafficEntry) => boolean,
): TrafficEntry | undefined =>
  entries
    .filter((entry) => entry.at <= second && fits(entry))
    .reduce<TrafficEntry | undefined>((a, b) => (a && a.at > b.at ? a : b), undefined);

/** How a version's requests are labelled. */
function describe(
  mesh: MeshView,
  rollout: CanaryRollout,
  { name, side }: Pick<LiveShare, "name" | "side">,
): Version {
  const { spec, metadata } = rollout;
  const host = resolveHost(side.host ?? spec.target.host, metadata.namespace);
  const facts = versionsOf(mesh, { ...rollout, spec: { ...spec, canary: side } }).canary;
  const subset = subsetsOf(mesh, host, metadata.namespace).find(({ name }) => name === side.subset);
  const revision = facts.revisions[0] ?? (subset ? canonicalRevision(subset.labels) : "latest");
  const [service = host, namespace = metadata.namespace] = host.split(".");
  const labels = {
    reporter: "source",
    destination_service: host,
    destination_service_name: service,
    destination_service_namespace: namespace,
    destination_canonical_revision: revision,
    destination_version: revision,
    // Of hosts without pods of ours the client's proxy knows no more than the name.
    destination_workload: facts.external ? "unknown" : `${service}-${revision}`,
    destination_workload_namespace: namespace,
    request_protocol: "http",
    grpc_response_status: "",
  };
  const counter = (kind: Kind): Counter => ({ labels: { ...labels, ...KINDS[kind] }, value: PAST });
  return {
    name,
    isCopied: spec.steps.some(({ mirror }) => mirror !== undefined),
    key: JSON.stringify(labels),
    buckets: LE.map((le) => ({ ...labels, le })),
    counters: {
      served: counter("served"),
      failed: counter("failed"),
      grpcFailed: counter("grpcFailed"),
      lost: counter("lost"),
      copied: counter("copied"),
      copiesFailed: counter("copiesFailed"),
    },
    durations: LE.map(() => PAST),
  };
}
