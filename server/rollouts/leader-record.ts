import type { Instant } from "@/lib/base/units";
import { preferredApiVersion } from "@/lib/istio/kinds";
import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";

/** What stands in the record of a leader; the fields are those of a Lease. */
export interface LeaderSpec {
  readonly holderIdentity: string | undefined;
  readonly acquireTime: string;
  readonly leaseTransitions: number;
}

/** What kind of object a leader is recorded in. */
export interface LeaderRecord {
  readonly kind: "Lease" | "ConfigMap";
  /** As it is stored: it changes with each renewal. */
  raw(object: KubeObject): JsonRecord;
  blank(name: string, namespace: string): KubeObject;
  with(object: KubeObject, spec: JsonRecord): KubeObject;
}

const LABELS = { "app.kubernetes.io/managed-by": "quarterdeck" };

/** A Lease of coordination.k8s.io. */
export const leaseRecord: LeaderRecord = {
  kind: "Lease",
  raw: (object) => (isRecord(object["spec"]) ? object["spec"] : {}),
  blank: (name, namespace) => ({
    apiVersion: preferredApiVersion("Lease"),
    kind: "Lease",
    metadata: { name, namespace },
  }),
  with: (object, spec) => ({ ...object, spec }),
};

/** A ConfigMap, for whoever may not write Leases (rollouts.md 6.5). */
export const configMapRecord: LeaderRecord = {
  kind: "ConfigMap",
  raw(object) {
    const data = isRecord(object["data"]) ? object["data"] : {};
    try {
      const spec: unknown = JSON.parse(String(data["leader"]));
      return isRecord(spec) ? spec : {};
    } catch {
      return {};
    }
  },
  blank: (name, namespace) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace, labels: LABELS },
  }),
  with: (object, spec) => ({ ...object, data: { leader: JSON.stringify(spec) } }),
};

/** What a record says; nobody leads where it says nothing. */
export function leaderSpec(raw: JsonRecord): LeaderSpec {
  const { holderIdentity, acquireTime, leaseTransitions } = raw;
  return {
    holderIdentity: typeof holderIdentity === "string" ? holderIdentity : undefined,
    acquireTime: typeof acquireTime === "string" ? acquireTime : "",
    leaseTransitions: typeof leaseTransitions === "number" ? leaseTransitions : 0,
  };
}

/** A MicroTime of meta/v1: always six digits after the point. */
export const microTime = (at: Instant): string => new Date(at).toISOString().replace("Z", "000Z");
