import type { LevelCounts } from "@/lib/analysis/finding";
import { CONFIG_KINDS, kindInfo, type ObjectRef } from "@/lib/istio/kinds";
import type { KubeObject } from "@/lib/k8s/object";
import type { MeshStore } from "../ports";
import type { MeshAnalysis, MeshFindings } from "./mesh-analysis";
import { type GitOpsOwner, gitOpsOwner, type LastChange, lastChange } from "./ownership";

/** One object of the configuration list. */
export interface ConfigRow extends ObjectRef {
  /** Two letters for dense rows. */
  readonly tag: string;
  /** The kind without what tells registries apart: `Gateway` for both Gateways. */
  readonly kindName: string;
  readonly apiVersion: string;
  readonly createdAt: string | undefined;
  readonly findings: LevelCounts;
  readonly owner: GitOpsOwner | undefined;
  readonly lastChange: LastChange | undefined;
  readonly deleting: boolean;
}

/** All configuration of the mesh, and what could not be read of it. */
export interface ConfigList {
  readonly rows: readonly ConfigRow[];
  /** Kinds that could not be listed: what is missing from the rows. */
  readonly problems: readonly {
    readonly kind: string;
    readonly message: string;
    readonly hint: string | undefined;
    readonly forbidden: boolean;
  }[];
  /** Whether the cluster was listed once; before that, what exists is not known. */
  readonly ready: boolean;
}

/** Every Istio and Gateway API object, by namespace, kind in registry order, and name. */
export function listConfig(store: MeshStore, analysis: MeshAnalysis): ConfigList {
  const problems = store.problems().filter(({ kind }) => CONFIG_KINDS.includes(kind));
  return {
    rows: configRows(analysis.current()),
    problems: problems.map(({ kind, error }) => ({
      kind: kindInfo(kind).kind,
      message: error.message,
      hint: error.hint,
      forbidden: error.code === "forbidden",
    })),
    ready: store.ready,
  };
}

function configRows({ view: mesh, counts }: MeshFindings): readonly ConfigRow[] {
  const rows = CONFIG_KINDS.flatMap((kind) =>
    mesh.list(kind).map((object) => {
      const { namespace = "", name } = object.metadata;
      return rowOf(object, { kind, namespace, name }, counts({ kind, namespace, name }));
    }),
  );
  const order = new Map(CONFIG_KINDS.map((kind, index) => [kind, index]));
  return rows.sort(
    (a, b) =>
      a.namespace.localeCompare(b.namespace, "en") ||
      (order.get(a.kind) ?? 0) - (order.get(b.kind) ?? 0) ||
      a.name.localeCompare(b.name, "en"),
  );
}

function rowOf(object: KubeObject, ref: ObjectRef, findings: LevelCounts): ConfigRow {
  const { tag, kind: kindName } = kindInfo(ref.kind);
  return {
    ...ref,
    tag,
    kindName,
    apiVersion: object.apiVersion,
    createdAt: object.metadata.creationTimestamp,
    findings,
    owner: gitOpsOwner(object),
    lastChange: lastChange(object),
    deleting: object.metadata.deletionTimestamp !== undefined,
  };
}
