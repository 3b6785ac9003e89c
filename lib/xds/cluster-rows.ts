import type { ObjectRef } from "@/lib/istio/kinds";
import { type ConfigDump, dumpedClusters, type ResourceState } from "./config-dump";
import { fieldAt, textField } from "./field";
import { istioctlName, istioObjectOf } from "./istio-object";

/** What the name of a cluster says. */
export interface ClusterName {
  readonly direction: string;
  readonly port: string;
  readonly subset: string;
  readonly host: string;
}

/** One cluster: a row of `istioctl proxy-config clusters`. `-` stands for what its name does not say. */
export interface ClusterRow extends ClusterName {
  readonly name: string;
  /** `EDS`, `STATIC`, `ORIGINAL_DST`, …; `STATIC` also where an extension decides. */
  readonly type: string;
  /** The extension that finds its endpoints; empty where its type says how. */
  readonly extension: string;
  /** `name.namespace`; empty where no object formed it. */
  readonly destinationRule: string;
  readonly object: ObjectRef | undefined;
  readonly state: ResourceState;
  readonly version: string;
  readonly lastUpdated: string;
}

const NOTHING = "-";

/** Reads `outbound|9080|v1|reviews.default.svc.cluster.local`; undefined for other names. */
export function clusterName(name: string): ClusterName | undefined {
  // SNI-routed clusters of east-west gateways are written `outbound_.9080_.v1_.host`.
  const separator = name.includes("|") ? "|" : "_.";
  const [direction, port, subset, host, ...rest] = name.split(separator);
  if (direction === undefined || port === undefined || subset === undefined) return undefined;
  if (host === undefined || rest.length > 0) return undefined;
  return { direction, port, subset: subset || NOTHING, host };
}

/** The clusters of a proxy as istioctl shows them. */
export const clusterRows = (dump: ConfigDump): readonly ClusterRow[] =>
  dumpedClusters(dump).map(({ resource, state, version, lastUpdated }) => {
    const name = textField(resource, "name");
    const parts = clusterName(name) ?? {
      direction: NOTHING,
      port: NOTHING,
      subset: NOTHING,
      host: name,
    };
    return {
      name,
      ...parts,
      // What protobuf leaves out is its first value.
      type: textField(resource, "type") || "STATIC",
      extension: textField(fieldAt(resource, "cluster_type"), "name"),
      destinationRule: istioctlName(resource),
      object: istioObjectOf(resource),
      state,
      version,
      lastUpdated,
    };
  });
