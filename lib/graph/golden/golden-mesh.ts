import type { KubeObject } from "@/lib/k8s/object";
import type { Telemetry } from "../flows";
import type { GraphType } from "../mesh-graph";
import { aService, aWorkload, joinedEnds, seriesLabels, telemetry } from "../testing";

/** One series as data: who counts what of whom. */
export interface GoldenSeries {
  readonly metric: keyof Telemetry;
  readonly from: string;
  readonly to: string;
  readonly perSecond: number | null;
  /** Labels that differ from those of HTTP with status 200, reported by the source. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** A small mesh as data, and the graphs that it must give, in the lines of `graphLines`. */
export interface GoldenMesh {
  readonly title: string;
  /** Pods with sidecars: `namespace/app-version`. */
  readonly workloads?: readonly string[];
  readonly services?: readonly string[];
  readonly objects?: readonly KubeObject[];
  readonly series: readonly GoldenSeries[];
  readonly graphs: Partial<Record<GraphType, readonly string[]>>;
}

/** What Prometheus would have answered. */
export function goldenTelemetry({ series }: GoldenMesh): Telemetry {
  const of = (wanted: keyof Telemetry) =>
    series
      .filter(({ metric }) => metric === wanted)
      .map(({ from, to, perSecond, labels }) => ({
        labels: joinedEnds(seriesLabels(from, to, labels)),
        value: perSecond,
      }));
  return telemetry({
    requests: of("requests"),
    tcpSent: of("tcpSent"),
    tcpReceived: of("tcpReceived"),
    durations: of("durations"),
    payload: of("payload"),
    p95: of("p95"),
  });
}

/** What the cluster holds. */
export const goldenObjects = ({ workloads = [], services = [], objects = [] }: GoldenMesh) => [
  ...services.map(aService),
  ...workloads.flatMap((path) => aWorkload(path)),
  ...objects,
];
