import { AppError } from "@/lib/base/errors";
import { groupBy } from "@/lib/base/group-by";
import { isTerminal } from "@/lib/rollout/status";
import type { Clock, Cluster, MeshStore } from "../ports";
import { annotationStore } from "./annotation-store";
import { configMapForm } from "./config-map-form";
import { customResourceForm } from "./custom-resource-form";
import { type ObjectStore, objectStore } from "./object-store";
import {
  type Entry,
  keyOf,
  type RolloutRecord,
  type RolloutRef,
  type RolloutStore,
  type SingleStore,
  STORE_TYPES,
  type StoreType,
  type UnreadableRollout,
  type WaitingRollout,
} from "./rollout-store";
import { type StoreChoice, storeChoices } from "./store-choice";

const APPEND_TRIES = 5;

/** All places of rollouts as one. */
export interface RolloutStores extends RolloutStore {
  /** Where a new rollout of a namespace would be kept, and why not somewhere better. */
  choice(namespace: string, signal?: AbortSignal): Promise<StoreChoice>;
  /** Rollouts that were applied and wait for a driver. */
  waiting(): readonly WaitingRollout[];
  /** Everything that holds a rollout, copies of moves that are under way included. */
  entries(): readonly Entry[];
  readonly of: Places;
}

/** The places, by what holds a rollout there. */
export interface Places extends Readonly<Record<StoreType, SingleStore>> {
  readonly customResource: ObjectStore;
  readonly configMap: ObjectStore;
}

/** Rollouts wherever they are kept. What is new goes to the best place that can be written. */
export function rolloutStores(needs: {
  readonly cluster: Cluster;
  readonly mesh: MeshStore;
  readonly clock: Clock;
}): RolloutStores {
  const { cluster, mesh } = needs;
  const of: Places = {
    customResource: objectStore(customResourceForm, needs),
    configMap: objectStore(configMapForm, needs),
    annotation: annotationStore(cluster, mesh),
  };
  const choices = storeChoices(needs);
  const entries = () => STORE_TYPES.flatMap((type) => of[type].entries());

  let listed: { readonly view: unknown; readonly standing: readonly Standing[] } | undefined;
  /** Parsed once a view. */
  function standing(): readonly Standing[] {
    const view = mesh.view();
    if (listed?.view !== view) listed = { view, standing: standingOf(entries()) };
    return listed.standing;
  }

  async function read(ref: RolloutRef, signal?: AbortSignal): Promise<RolloutRecord | undefined> {
    const found: Entry[] = [];
    for (const type of STORE_TYPES) {
      const entry = await of[type].fetch(ref, signal);
      if (entry) found.push(entry);
    }
    const [one] = standingOf(found);
    if (!one || isWaiting(one.content)) return undefined;
    if ("problem" in one.content) {
      throw new AppError("invalid", `Rollout ${ref.name}: ${one.content.problem}`, {
        hint: "Mend or delete the object that holds it.",
      });
    }
    return one.content;
  }

  return {
    of,
    entries,
    choice: (namespace, signal) => choices.of(namespace, signal),
    list: () => standing().flatMap(({ content }) => (isWaiting(content) ? [] : [content])),
    waiting: () => standing().flatMap(({ content }) => (isWaiting(content) ? [content] : [])),
    versionSeen: (ref) => standing().find((one) => keyOf(one.ref) === keyOf(ref))?.resourceVersion,
    read,

    async create(rollout, status) {
      const { namespace } = rollout.metadata;
      const { store, refused } = await choices.of(namespace);
      if (store === "manual") {
        throw new AppError("forbidden", `Nothing in ${namespace} can hold a rollout`, {
          hint: `Steps can be written by hand. ${refused.map(({ why }) => why).join("; ")}`,
        });
      }
      return of[store].create(rollout, status);
    },

    async commit(record, status, signal) {
      try {
        return await of[record.store].commit(record, status, signal);
      } catch (error) {
        // It was moved to a better place meanwhile, or deleted: look again.
        if (!(error instanceof AppError) || error.code !== "not-found") throw error;
        throw new AppError("conflict", error.message, { cause: error });
      }
    },

    async append(ref, command) {
      for (let tries = 1; ; tries += 1) {
        const record = await read(ref);
        if (!record) throw new AppError("not-found", `There is no rollout ${ref.name}`);
        if (record.commands.some(({ id }) => id === command.id)) return record;
        try {
          return await of[record.store].replaceCommands(record, [...record.commands, command]);
        } catch (error) {
          const isRaced =
            error instanceof AppError && (error.code === "conflict" || error.code === "not-found");
          if (!isRaced || tries >= APPEND_TRIES) throw error;
        }
      }
    },

    release: (record) => of[record.store].release(record),
    remove: (record) => of[record.store].remove(record),
  };
}

/** What counts of a rollout: one of its entries, or that they contradict each other. */
export type Standing = Pick<Entry, "ref" | "resourceVersion"> & {
  readonly content: Entry["content"];
};

const isWaiting = (content: Entry["content"]): content is WaitingRollout =>
  !("problem" in content) && !("status" in content);

/**
 * One standing a rollout. A copy counts only once what it was copied from is gone: until then the
 * original is what is driven, so that a move that was broken off loses and repeats nothing.
 */
export function standingOf(entries: readonly Entry[]): readonly Standing[] {
  const byRollout = groupBy(entries, ({ ref }) => keyOf(ref));
  return [...byRollout.values()]
    .map(standingOfOne)
    .sort((a, b) => (keyOf(a.ref) < keyOf(b.ref) ? -1 : 1));
}

function standingOfOne(entries: readonly Entry[]): Standing {
  const sources = new Set(entries.map(({ uid }) => uid));
  const originals = entries.filter(
    ({ movedFrom }) => movedFrom === undefined || !sources.has(movedFrom),
  );
  const [first] = originals;
  if (!first) throw new TypeError("a rollout without an entry");
  // One that has ended makes room for one of the same name.
  const running = originals.filter(({ content }) => !isEnded(content));
  const [one = first, other] = running;
  if (!other) return one;
  const places = running.map(({ store }) => PLACE[store]).join(" and in ");
  const problem = `it is kept twice, in ${places}: delete the one that is not to be driven`;
  const content: UnreadableRollout = { ref: one.ref, problem };
  return { ref: one.ref, resourceVersion: one.resourceVersion, content };
}

const isEnded = (content: Entry["content"]): boolean =>
  "status" in content && isTerminal(content.status);

/** How a place of rollouts is called in sentences. */
const PLACE: Readonly<Record<StoreType, string>> = {
  customResource: "a CanaryRollout",
  configMap: "a ConfigMap",
  annotation: "an annotation of its VirtualService",
};
