import { canonicalRevision } from "@/lib/istio/labels";
import type { MeshView } from "@/lib/mesh/view";
import { type CanaryRollout, destinationLabel, type RolloutDestination } from "@/lib/rollout/plan";
import { versionsOf } from "@/lib/rollout/preflight";
import { resolveHost } from "@/lib/istio/host";
import { subsetsOf } from "@/lib/rollout/version-facts";
import { BOUNDS } from "@/sandbox/traffic/histogram";
import type { MetricPoint, MetricSource } from "@/sandbox/contracts";
import { latencyBuckets } from "./latency-buckets";
import type { TrafficEntry } from "./simulation-file";
import { liveShares } from "./live-shares";

/** What is not said of traffic is that of rollouts.md section 7. */
const TOTAL_RPS = 100;
const ERROR_RATE = 0.001;
const P99_MS = 120;
/** What counters stood at before: Prometheus guesses otherwise when those near 0 began. */
const PAST = 100_000;

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

interface Version {
  readonly name: string;
  readonly labels: Labels;
  readonly buckets: readonly Labels[];
}

/** Traffic to the versions of some rollouts, as the entries of a simulation file say. */
export function simulatedTraffic(
  entries: readonly TrafficEntry[],
  rollouts: readonly CanaryRollout[],
): SimulatedTraffic {
  const counters = new Map<string, Counter>();
  const histograms = new Map<string, { readonly version: Version; readonly counts: number[] }>();
  const versions = new Map<string, Version>();

  function count(labels: Labels, value: number): void {
    const key = JSON.stringify(labels);
    const counter = counters.get(key);
    if (counter) counter.value += value;
    else counters.set(key, { labels, value: PAST + value });
  }

  function observe(version: Version, p99: number, requests: number): void {
    const key = JSON.stringify(version.labels);
    const known = histograms.get(key) ?? { version, counts: version.buckets.map(() => PAST) };
    histograms.set(key, known);
    latencyBuckets(p99).forEach((share, index) => {
      known.counts[index] = (known.counts[index] ?? 0) + share * requests;
    });
  }

  function versionOf(mesh: MeshView, rollout: CanaryRollout, side: RolloutDestination): Version {
    const name = destinationLabel(side, rollout.spec.target.host);
    const key = `${rollout.metadata.namespace}/${rollout.metadata.name} ${name}`;
    const known = versions.get(key);
    if (known) return known;
    const made = describe(mesh, rollout, side);
    versions.set(key, made);
    return made;
  }

  return {
    job: "simulation",
    instance: "client",
    pass(second, mesh) {
      const total = lastOf(entries, second, (entry) => entry.totalRps !== undefined);
      const totalRps = total?.totalRps ?? TOTAL_RPS;
      for (const rollout of rollouts) {
        for (const { side, share } of liveShares(mesh, rollout)) {
          const version = versionOf(mesh, rollout, side);
          const entry = lastOf(entries, second, ({ version: name }) => name === version.name);
          const requests = entry?.rps ?? totalRps * share;
          const lost = requests * (entry?.undelivered ?? 0);
          const failed = (requests - lost) * (entry?.errorRate ?? ERROR_RATE);
          const { labels } = version;
          count({ ...labels, response_code: "200", response_flags: "-" }, requests - lost - failed);
          count({ ...labels, response_code: "503", response_flags: "-" }, failed);
          count({ ...labels, response_code: "503", response_flags: "UH" }, lost);
          observe(version, entry?.p99 ?? P99_MS, requests);
        }
      }
    },
    *collect(): Iterable<MetricPoint> {
      for (const { labels, value } of counters.values()) {
        yield { name: "istio_requests_total", labels, value };
      }
      for (const { version, counts } of histograms.values()) {
        let below = 0;
        for (const [index, labels] of version.buckets.entries()) {
          below += counts[index] ?? 0;
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
function describe(mesh: MeshView, rollout: CanaryRollout, side: RolloutDestination): Version {
  const { spec, metadata } = rollout;
  const host = resolveHost(side.host ?? spec.target.host, metadata.namespace);
  const facts = versionsOf(mesh, { ...rollout, spec: { ...spec, canary: side } }).canary;
  const subset = subsetsOf(mesh, host, metadata.namespace).find(({ name }) => name === side.subset);
  const revision = facts.revisions[0] ?? (subset ? canonicalRevision(subset.labels) : "latest");
  const name = destinationLabel(side, spec.target.host);
  const labels = {
    reporter: "source",
    destination_service: host,
    destination_service_name: host.split(".")[0] ?? host,
    destination_service_namespace: host.split(".")[1] ?? metadata.namespace,
    destination_canonical_revision: revision,
    destination_version: revision,
    destination_workload: `${host.split(".")[0] ?? host}-${revision}`,
    destination_workload_namespace: host.split(".")[1] ?? metadata.namespace,
    request_protocol: "http",
    grpc_response_status: "",
  };
  return { name, labels, buckets: bucketLabels(labels) };
}

/** The label sets of a histogram's buckets: always the same objects, which identify series. */
const bucketLabels = (labels: Labels): readonly Labels[] =>
  [...BOUNDS.map(String), "+Inf"].map((le) => ({ ...labels, le }));
