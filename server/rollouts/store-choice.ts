import { AppError } from "@/lib/base/errors";
import { between, type Instant, seconds } from "@/lib/base/units";
import type { AccessQuestion, Clock, Cluster, MeshStore } from "../ports";
import { rolloutDefinition } from "./install-definition";
import { STORE_TYPES, type StoreType } from "./rollout-store";

/** How long an answer is good for (rollouts.md 6.5). */
const LIFETIME = seconds(60);

/** Where rollouts of a namespace can be kept. `manual`: nowhere, so that nothing goes on by itself. */
export interface StoreChoice {
  readonly store: StoreType | "manual";
  /** The better places, and why they cannot be used. */
  readonly refused: readonly { readonly store: StoreType; readonly why: string }[];
}

type Verb = AccessQuestion["verb"];
const RIGHTS: Readonly<Record<StoreType, readonly Omit<AccessQuestion, "namespace">[]>> = {
  customResource: [
    ...(["create", "update", "delete"] as Verb[]).map((verb) => ({
      verb,
      kind: "CanaryRollout" as const,
    })),
    { verb: "update", kind: "CanaryRollout", subresource: "status" },
  ],
  configMap: (["create", "update", "delete"] as Verb[]).map((verb) => ({
    verb,
    kind: "ConfigMap" as const,
  })),
  annotation: [{ verb: "patch", kind: "VirtualService" }],
};
const KIND = {
  customResource: "CanaryRollout",
  configMap: "ConfigMap",
  annotation: "VirtualService",
} as const;
const PLURAL = {
  CanaryRollout: "canaryrollouts",
  ConfigMap: "configmaps",
  VirtualService: "virtualservices",
} as const;

/** Whether the cluster defines CanaryRollouts, perhaps without serving them yet. */
export const isDefined = (mesh: MeshStore): boolean =>
  mesh.view().get("CustomResourceDefinition", "", rolloutDefinition.metadata.name) !== undefined;

/** Asks, once a minute and when what is served changes, which place of a namespace may be written. */
export function storeChoices({
  cluster,
  mesh,
  clock,
}: {
  readonly cluster: Cluster;
  readonly mesh: MeshStore;
  readonly clock: Clock;
}): { of(namespace: string, signal?: AbortSignal): Promise<StoreChoice> } {
  const known = new Map<string, { readonly choice: StoreChoice; readonly at: Instant }>();
  mesh.onChange((_, kinds) => {
    if (kinds.has("CustomResourceDefinition")) known.clear();
  });

  async function refusalOf(
    store: StoreType,
    namespace: string,
    signal: AbortSignal | undefined,
  ): Promise<string | undefined> {
    const kind = KIND[store];
    const unread = mesh.problems().find((problem) => problem.kind === kind);
    if (unread) return `${PLURAL[kind]} cannot be read: ${unread.error.message}`;
    if (store === "customResource" && !(await isServed(namespace, signal))) {
      return "the CustomResourceDefinition canaryrollouts.quarterdeck.dev is not installed";
    }
    for (const question of RIGHTS[store]) {
      if (await cluster.can({ ...question, namespace }, signal)) continue;
      const part = question.subresource ? `/${question.subresource}` : "";
      return `${cluster.identity.user || "this identity"} may not ${question.verb} ${PLURAL[kind]}${part} in ${namespace}`;
    }
    return undefined;
  }

  async function isServed(namespace: string, signal: AbortSignal | undefined): Promise<boolean> {
    try {
      const paging = { namespace, limit: 1, ...(signal ? { signal } : {}) };
      await cluster.list("CanaryRollout", paging);
      return true;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (error.code === "unsupported" || error.code === "not-found") return false;
      // It is served, and may not be listed: the mirror says so too.
      if (error.code === "forbidden") return true;
      throw error;
    }
  }

  return {
    async of(namespace, signal) {
      const before = known.get(namespace);
      if (before && between(before.at, clock.now()) < LIFETIME) return before.choice;
      const refused: { store: StoreType; why: string }[] = [];
      let chosen: StoreChoice["store"] = "manual";
      for (const store of STORE_TYPES) {
        const why = await refusalOf(store, namespace, signal);
        if (why === undefined) {
          chosen = store;
          break;
        }
        refused.push({ store, why });
      }
      const choice = { store: chosen, refused };
      // What was defined a moment ago is served soon: that is asked again.
      if (chosen === "customResource" || !isDefined(mesh)) {
        known.set(namespace, { choice, at: clock.now() });
      }
      return choice;
    },
  };
}
