import type { MeshView } from "@/lib/mesh/view";
import type { DecidedBy } from "./mesh-graph";
import { record } from "./raw-fields";

/** Kinds of which an object without a selector holds for all of its namespace. */
const KINDS = [
  "Sidecar",
  "PeerAuthentication",
  "RequestAuthentication",
  "AuthorizationPolicy",
  "Telemetry",
  "EnvoyFilter",
  "WasmPlugin",
] as const;
const SELECTORS = ["selector", "workloadSelector", "targetRef", "targetRefs"] as const;

/** The objects that hold for all workloads of a namespace, by kind. */
export function namespacePolicies(namespace: string, mesh: MeshView): readonly DecidedBy[] {
  return KINDS.flatMap((kind) =>
    mesh
      .list(kind)
      .filter(({ metadata, spec }) => {
        const fields = record(spec);
        return (
          metadata.namespace === namespace && SELECTORS.every((name) => fields[name] === undefined)
        );
      })
      .map(({ metadata }): DecidedBy => ({
        ref: { kind, namespace, name: metadata.name },
        detail: "for all of the namespace",
      })),
  );
}
