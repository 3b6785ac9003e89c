import { groupBy } from "@/lib/base/group-by";
import { peerAuthenticationSpec } from "@/lib/istio/peer-authentication";
import { compareCreation } from "@/lib/k8s/creation-order";
import { hasLabels } from "@/lib/k8s/label-selector";
import type { KubeObject } from "@/lib/k8s/object";
import { meshConfig } from "./mesh-config";
import type { MeshView } from "./view";

/** Whether a workload's port takes mutual TLS, plain text, or both. */
export type PeerMode = "DISABLE" | "PERMISSIVE" | "STRICT";

/** The mode, and where it is written. */
export interface PeerDecision {
  readonly mode: PeerMode;
  /** Undefined where no PeerAuthentication speaks: then it is PERMISSIVE. */
  readonly object: KubeObject | undefined;
  /** `spec.mtls.mode` or `spec.portLevelMtls[8080].mode`. */
  readonly path: string | undefined;
}

/** The PeerAuthentications of a mesh. */
export interface PeerAuthentications {
  /** What goes for a port (the workload's, not the service's) of a pod with these labels. */
  decide(
    workload: {
      readonly namespace: string;
      readonly labels: Readonly<Record<string, string>>;
    },
    port: number,
  ): PeerDecision;
  /** What goes for a namespace as a whole, from which istiod infers whether a service takes mTLS. */
  ofNamespace(namespace: string): PeerDecision;
}

const DEFAULT: PeerDecision = { mode: "PERMISSIVE", object: undefined, path: undefined };

/**
 * The PeerAuthentications of a mesh. The oldest of each level counts: those that select the
 * workload, then that of its namespace, then that of the root namespace; UNSET passes on to the
 * next. Those of the root namespace that select workloads reach none. Use with `mesh.derive`.
 */
export function peerAuthentications(mesh: MeshView): PeerAuthentications {
  const { rootNamespace } = mesh.derive(meshConfig);
  const byNamespace = groupBy(
    [...mesh.list("PeerAuthentication")].sort(compareCreation),
    (object) => object.metadata.namespace ?? "",
  );
  const general = (namespace: string) =>
    (byNamespace.get(namespace) ?? []).find((object) => !selectorOf(object));

  const ofNamespace = (namespace: string): PeerDecision =>
    ofWorkload(general(namespace)) ?? ofWorkload(general(rootNamespace)) ?? DEFAULT;

  return {
    ofNamespace,
    decide({ namespace, labels }, port) {
      const selecting =
        namespace === rootNamespace
          ? undefined
          : (byNamespace.get(namespace) ?? []).find((object) => {
              const selector = selectorOf(object);
              return selector !== undefined && hasLabels(labels, selector);
            });
      return (
        (selecting && (ofPort(selecting, port) ?? ofWorkload(selecting))) ?? ofNamespace(namespace)
      );
    },
  };
}

const selectorOf = (object: KubeObject) => {
  const labels = peerAuthenticationSpec(object).selector?.matchLabels;
  return labels && Object.keys(labels).length > 0 ? labels : undefined;
};

const isMode = (mode: string | undefined): mode is PeerMode =>
  mode === "DISABLE" || mode === "PERMISSIVE" || mode === "STRICT";

function ofWorkload(object: KubeObject | undefined): PeerDecision | undefined {
  const mode = object && peerAuthenticationSpec(object).mtls?.mode;
  return isMode(mode) ? { mode, object, path: "spec.mtls.mode" } : undefined;
}

function ofPort(object: KubeObject, port: number): PeerDecision | undefined {
  const mode = peerAuthenticationSpec(object).portLevelMtls?.[String(port)]?.mode;
  return isMode(mode) ? { mode, object, path: `spec.portLevelMtls[${port}].mode` } : undefined;
}
