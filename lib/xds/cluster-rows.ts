import type { ObjectRef } from "@/lib/istio/kinds";
import { type ConfigDump, dumpedClusters } from "./config-dump";
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
  /** `EDS`, `STATIC`, `ORIGINAL_DST`, …, or the name of an extension. */
  readonly type: string;
  /** `name.namespace`; empty where no object formed it. */
  readonly destinationRule: string;
  readonly object: ObjectRef | undefined;
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
  dumpedClusters(dump).map(({ resource, lastUpdated }) => {
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
      type:
        textField(resource, "type") ||
        textField(fieldAt(resource, "cluster_type"), "name") ||
        // What protobuf leaves out is its first value.
        "STATIC",
      destinationRule: istioctlName(resource),
      object: istioObjectOf(resource),
      lastUpdated,
    };
  });
