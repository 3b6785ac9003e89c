import type { Instant } from "@/lib/base/units";
import { instant } from "@/lib/base/units";
import type { KubeObject } from "@/lib/k8s/object";

/** Who keeps an object in Git; an edit here would be undone by it. */
export interface GitOpsOwner {
  /** `Argo CD`, `Flux`, `Helm`. */
  readonly tool: string;
  /** The application or release, as the tool names it. */
  readonly name: string;
}

/** The last write to an object that is not its status. */
export interface LastChange {
  /** The field manager: `kubectl-client-side-apply`, `quarterdeck`, … */
  readonly manager: string;
  readonly at: Instant | undefined;
}

/** Reads the marks that GitOps tools leave on what they own. */
export function gitOpsOwner({ metadata }: KubeObject): GitOpsOwner | undefined {
  const { labels = {}, annotations = {} } = metadata;
  const argo =
    annotations["argocd.argoproj.io/tracking-id"]?.split(":")[0] ??
    labels["argocd.argoproj.io/instance"];
  if (argo) return { tool: "Argo CD", name: argo };
  const kustomization = labels["kustomize.toolkit.fluxcd.io/name"];
  if (kustomization) return { tool: "Flux", name: kustomization };
  const release = labels["helm.toolkit.fluxcd.io/name"];
  if (release) return { tool: "Flux", name: release };
  if (labels["app.kubernetes.io/managed-by"] === "Helm") {
    return { tool: "Helm", name: annotations["meta.helm.sh/release-name"] ?? metadata.name };
  }
  return undefined;
}

/** The newest entry of managedFields; undefined where the object has none. */
export function lastChange({ metadata }: KubeObject): LastChange | undefined {
  const writes = (metadata.managedFields ?? []).filter(({ subresource }) => !subresource);
  const newest = writes.toSorted((a, b) => ((a.time ?? "") < (b.time ?? "") ? 1 : -1))[0];
  if (!newest) return undefined;
  const at = Date.parse(newest.time ?? "");
  return { manager: newest.manager, at: Number.isNaN(at) ? undefined : instant(at) };
}

/** Everybody who wrote fields of the object that are not its status, each once. */
export const managersOf = ({ metadata }: KubeObject): readonly string[] => [
  ...new Set(
    (metadata.managedFields ?? [])
      .filter(({ subresource }) => !subresource)
      .map(({ manager }) => manager),
  ),
];
