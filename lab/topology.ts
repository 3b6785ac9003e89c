import { z } from "zod";

const Name = z
  .string()
  .regex(
    /^[a-z0-9]([-a-z0-9]{0,40}[a-z0-9])?$/,
    "must be a lower-case name of at most 42 characters",
  );
const PortNumber = z.int().min(1).max(65_535);

/** Pods and services have one octet each for their addresses. */
const MAX_ADDRESSES = 240;

const Workload = z.strictObject({
  name: Name,
  namespace: Name,
  app: Name,
  version: z.string().default("v1"),
  /** `sidecar` and `router` (a gateway) run an Envoy; `none` is a pod outside the mesh. */
  proxy: z.enum(["sidecar", "router", "none"]).default("sidecar"),
  labels: z.record(z.string(), z.string()).default({}),
  serviceAccount: Name.optional(),
  http: z.array(PortNumber).default([]),
  tcp: z.array(PortNumber).default([]),
  /** URLs that the application asks for each request it gets. */
  calls: z.array(z.url()).default([]),
});

const Service = z.strictObject({
  name: Name,
  namespace: Name,
  selector: z.record(z.string(), z.string()),
  ports: z.array(z.strictObject({ name: Name, port: PortNumber, targetPort: PortNumber })).min(1),
});

const Load = z.strictObject({
  name: Name,
  /** The pod that sends, or `outside` for a host beyond the mesh. */
  from: Name,
  url: z.url(),
  host: z.string().optional(),
  /** Requests per second. */
  rate: z.number().positive().max(1_000),
});

/** A mesh of the lab as data. */
export const Topology = z
  .strictObject({
    name: Name,
    namespaces: z.array(z.strictObject({ name: Name, injected: z.boolean() })).min(1),
    workloads: z.array(Workload).min(1).max(MAX_ADDRESSES),
    services: z.array(Service).max(MAX_ADDRESSES),
    /** Hosts outside the cluster that answer on port 80. */
    externalHosts: z.array(z.string()).default([]),
    load: z.array(Load).default([]),
    /** YAML documents applied once the proxies run. */
    config: z.string().default(""),
  })
  .superRefine((topology, context) => {
    const namespaces = new Set(topology.namespaces.map(({ name }) => name));
    const pods = new Set(topology.workloads.map(({ name }) => name));
    for (const [list, members] of [
      ["workloads", topology.workloads],
      ["services", topology.services],
    ] as const) {
      for (const [index, { namespace }] of members.entries()) {
        if (namespaces.has(namespace)) continue;
        context.addIssue({
          code: "custom",
          path: [list, index, "namespace"],
          message: `no namespace ${namespace}`,
        });
      }
    }
    if (pods.size !== topology.workloads.length) {
      context.addIssue({
        code: "custom",
        path: ["workloads"],
        message: "two workloads have one name",
      });
    }
    for (const [index, { from }] of topology.load.entries()) {
      if (from === "outside" || pods.has(from)) continue;
      context.addIssue({
        code: "custom",
        path: ["load", index, "from"],
        message: `no workload ${from}`,
      });
    }
  });
export type Topology = z.infer<typeof Topology>;
export type Workload = Topology["workloads"][number];
export type Service = Topology["services"][number];

/** Addresses of the lab. Pods and services get theirs by their place in the topology. */
export const ADDRESSES = {
  bridge: "10.244.0.1",
  pod: (index: number): string => `10.244.1.${10 + index}`,
  service: (index: number): string => `10.96.1.${10 + index}`,
  external: "10.244.9.10",
  outside: "10.244.9.11",
} as const;

/** The pod of a workload: the lab runs one of each. */
export const podName = ({ name }: Workload): string => `${name}-lab`;

/** The workloads that a service's selector chooses, with their place. */
export function membersOf(
  topology: Topology,
  service: Service,
): { workload: Workload; index: number }[] {
  return topology.workloads.flatMap((workload, index) => {
    const labels = labelsOf(workload);
    const chosen = Object.entries(service.selector).every(([key, value]) => labels[key] === value);
    return chosen && workload.namespace === service.namespace ? [{ workload, index }] : [];
  });
}

/** The labels of a workload's pod, with those that injection would add. */
export function labelsOf({ app, version, proxy, labels }: Workload): Record<string, string> {
  const own = { app, version, ...labels };
  if (proxy !== "sidecar") return own;
  return {
    ...own,
    "security.istio.io/tlsMode": "istio",
    "service.istio.io/canonical-name": app,
    "service.istio.io/canonical-revision": version,
  };
}
