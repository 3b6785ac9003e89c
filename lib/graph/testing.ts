import type { KubeObject } from "@/lib/k8s/object";
import { ENDS_LABELS, ENDS_SEPARATOR } from "./ends";
import { formatBytes, formatErrorShare, formatLatency, formatRate, formatSplit } from "./format";
import { NO_TELEMETRY, type Telemetry } from "./flows";
import type { MeshGraph } from "./mesh-graph";
import type { LabelledValue } from "./parties";
import { worstResponse } from "./traffic";

/** Labels of a workload: `shop/cart-v1` of canonical service `cart`, revision `v1`. */
const party = (side: "source" | "destination", path: string) => {
  const [namespace = "unknown", workload = "unknown"] = path.split("/");
  const [, app = workload, revision = "latest"] = /^(.*)-(v\d+)$/.exec(workload) ?? [];
  const known = workload !== "unknown";
  return {
    [`${side}_workload`]: workload,
    [`${side}_workload_namespace`]: namespace,
    [`${side}_canonical_service`]: known ? app : "unknown",
    [`${side}_canonical_revision`]: known ? revision : "latest",
  };
};

/** The labels of one series between two workloads, as Istio's proxies write them. */
export function seriesLabels(
  source: string,
  target: string,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const destination = party("destination", target);
  const namespace = destination.destination_workload_namespace ?? "unknown";
  const service = destination.destination_canonical_service ?? "unknown";
  const reporter = more.reporter ?? "source";
  return {
    reporter,
    ...party("source", source),
    ...destination,
    destination_service: `${service}.${namespace}.svc.cluster.local`,
    destination_service_name: service,
    destination_service_namespace: namespace,
    request_protocol: "http",
    response_code: "200",
    response_flags: "-",
    connection_security_policy: reporter === "destination" ? "mutual_tls" : "unknown",
    ...more,
  };
}

/** Labels as the queries of the graph answer them: those of the ends joined into one. */
export const joinedEnds = (labels: Readonly<Record<string, string>>): Record<string, string> => ({
  ...Object.fromEntries(Object.entries(labels).filter(([name]) => !ENDS_LABELS.includes(name))),
  ends: ENDS_LABELS.map((label) => labels[label] ?? "").join(ENDS_SEPARATOR),
});

/** One series of requests per second. */
export const requests = (
  source: string,
  target: string,
  value: number | null,
  more: Readonly<Record<string, string>> = {},
): LabelledValue => ({ labels: seriesLabels(source, target, more), value });

/** Telemetry that holds `parts` and nothing else. */
export const telemetry = (parts: Partial<Telemetry>): Telemetry => ({
  ...NO_TELEMETRY,
  ...parts,
});

/** Pods of a workload with a sidecar, `shop/cart-v1` being of app `cart`, version `v1`. */
export function aWorkload(
  path: string,
  options: { readonly ready?: number; readonly total?: number; readonly labels?: object } = {},
): KubeObject[] {
  const { ready = 1, total = 1, labels = {} } = options;
  const [namespace = "", workload = ""] = path.split("/");
  const [, app = workload, version] = /^(.*)-(v\d+)$/.exec(workload) ?? [];
  return Array.from({ length: total }, (_, i) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      namespace,
      name: `${workload}-abc-${i}`,
      labels: { app, ...(version ? { version } : {}), "pod-template-hash": "abc", ...labels },
      ownerReferences: [
        {
          apiVersion: "apps/v1",
          kind: "ReplicaSet",
          name: `${workload}-abc`,
          uid: "u",
          controller: true,
        },
      ],
    },
    spec: { containers: [{ name: "app" }, { name: "istio-proxy" }] },
    status: { conditions: [{ type: "Ready", status: i < ready ? "True" : "False" }] },
  }));
}

/** A Service that selects `app: <name>`. */
export function aService(path: string): KubeObject {
  const [namespace = "", name = ""] = path.split("/");
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { namespace, name },
    spec: { selector: { app: name }, ports: [{ name: "http", port: 9080 }] },
  };
}

/** An object of one of Istio's kinds. */
export function anIstio(kind: string, path: string, spec: object): KubeObject {
  const [namespace = "", name = ""] = path.split("/");
  const security = kind === "PeerAuthentication" || kind === "AuthorizationPolicy";
  const group = security ? "security" : "networking";
  return { apiVersion: `${group}.istio.io/v1`, kind, metadata: { namespace, name }, spec };
}

/** A graph in lines that people can read and tests can compare. */
export function graphLines(graph: MeshGraph): string[] {
  const nodes = graph.nodes.flatMap((node) => {
    const pods = node.pods ? ` ${node.pods.ready}/${node.pods.total} ready` : "";
    const badges = node.badges.length > 0 ? ` [${node.badges.join(" ")}]` : "";
    const versions = node.versions.length > 1 ? node.versions : [];
    return [
      `${node.id} (${node.kind}) ${node.health.state}${pods}${badges}`,
      ...versions.map(({ version, share, wanted, canary, health }) => {
        const asked = wanted === undefined ? "" : ` of ${formatSplit(wanted)}`;
        const mark = canary ? " canary" : "";
        return `  ${version ?? "no pod"} ${formatSplit(share)}${asked} ${health.state}${mark}`;
      }),
    ];
  });
  const edges = graph.edges.map((edge) => {
    const { source, target, traffic, mutualTls, health, reporters, configured } = edge;
    const worst = worstResponse(traffic);
    const flow = [
      traffic.requestsPerSecond === null ? "" : `${formatRate(traffic.requestsPerSecond)}/s`,
      traffic.errorRatio ? formatErrorShare(traffic.errorRatio) : "",
      worst ? `${worst.grpcStatus ?? worst.code} ${worst.flags}` : "",
      traffic.tcpSentPerSecond === null ? "" : `tcp ${formatBytes(traffic.tcpSentPerSecond)}`,
      traffic.latency.average === null ? "" : `mean ${formatLatency(traffic.latency.average)}`,
      traffic.payloadPerSecond === null ? "" : `payload ${formatBytes(traffic.payloadPerSecond)}`,
      traffic.latency.p95 === null ? "" : `p95 ${traffic.latency.p95} ms`,
      mutualTls === null ? "mtls ?" : `mtls ${formatSplit(mutualTls)}`,
      reporters.some((reporter) => reporter !== "source") ? `by ${reporters.join(" and ")}` : "",
      configured ? "configured" : "",
      health.state,
    ];
    return `${source} -> ${target} ${flow.filter(Boolean).join(", ")}`;
  });
  return [...nodes, ...edges].map((line) => line.replaceAll("\u00a0", " "));
}
