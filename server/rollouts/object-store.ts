import { AppError } from "@/lib/base/errors";
import type { KindId } from "@/lib/istio/kinds";
import type { KubeObject } from "@/lib/k8s/object";
import type { MeshView } from "@/lib/mesh/view";
import type { CanaryRollout } from "@/lib/rollout/plan";
import { type Command, isTerminal, type RolloutStatus } from "@/lib/rollout/status";
import type { Clock, Cluster, MeshStore } from "../ports";
import { readPlan, readStored, type StoredValues } from "./read-stored";
import {
  type Entry,
  keyOf,
  type RolloutRecord,
  type RolloutRef,
  type SingleStore,
} from "./rollout-store";

/** Names the object that a rollout is being copied from. */
const MOVED_FROM = "quarterdeck.dev/moved-from";
/** Who started a rollout, where the object was written before the status was. */
const STARTED_BY = "quarterdeck.dev/started-by";
/** Keeps a deleted rollout until its traffic is taken back. */
const FINALIZER = "quarterdeck.dev/rollback";

/** How one kind of object holds a rollout, an object each. */
export interface RolloutForm {
  readonly type: SingleStore["type"];
  readonly kind: KindId;
  objectName(rolloutName: string): string;
  /** The name of the rollout that an object holds; undefined where it holds none. */
  rolloutName(object: KubeObject): string | undefined;
  read(object: KubeObject): StoredValues;
  /** The object without anything of the rollout but its name. */
  blank(rollout: CanaryRollout): KubeObject;
  withPlan(object: KubeObject, rollout: CanaryRollout): KubeObject;
  withStatus(
    object: KubeObject,
    stored: {
      readonly rollout: CanaryRollout;
      readonly status: RolloutStatus;
      readonly at: number;
    },
  ): KubeObject;
  withCommands(object: KubeObject, commands: readonly Command[]): KubeObject;
  /** Whether the status is written by requests of its own. */
  readonly hasStatusPart: boolean;
}

/** A place where each rollout has an object of its own. */
export interface ObjectStore extends SingleStore {
  /** Gives a rollout that was applied its first status. `entry` is what was fetched. */
  begin(entry: Entry, status: RolloutStatus): Promise<RolloutRecord>;
  /** Deletes an object whatever it holds, if it is still the one that was fetched. */
  discard(entry: Entry): Promise<void>;
}

/**
 * Rollouts in objects of their own, in their own namespaces. A status is written with the version
 * that was read, so of two writers one always loses.
 */
export function objectStore(
  form: RolloutForm,
  {
    cluster,
    mesh,
    clock,
  }: { readonly cluster: Cluster; readonly mesh: MeshStore; readonly clock: Clock },
): ObjectStore {
  const { kind, type } = form;
  const objectRef = ({ namespace, name }: RolloutRef) => ({
    kind,
    namespace,
    name: form.objectName(name),
  });
  /** Raw objects of what was handed out: what is not ours in them is kept. */
  const raw = new WeakMap<RolloutRecord | Entry, KubeObject>();
  const entriesIn = entriesOf(form);

  function recordOf(object: KubeObject): RolloutRecord {
    const { content, ref } = entryOf(form, object);
    if ("status" in content) {
      raw.set(content, object);
      return content;
    }
    const problem = "problem" in content ? content.problem : "nobody has started it yet";
    throw new AppError("invalid", `Rollout ${ref.name}: ${problem}`, {
      hint: `Mend or delete ${object.kind} ${ref.namespace}/${object.metadata.name}.`,
    });
  }

  function objectOf(handedOut: RolloutRecord | Entry): KubeObject {
    const object = raw.get(handedOut);
    if (!object) throw new TypeError("it was not read from this store");
    return object;
  }

  async function put(object: KubeObject, signal?: AbortSignal): Promise<KubeObject> {
    return (await cluster.replace(object, signal ? { signal } : {})).object;
  }

  async function putStatus(
    object: KubeObject,
    stored: { readonly rollout: CanaryRollout; readonly status: RolloutStatus },
    signal?: AbortSignal,
  ): Promise<KubeObject> {
    const next = form.withStatus(object, { ...stored, at: clock.now() });
    const wanted = !isTerminal(stored.status);
    if (!form.hasStatusPart) return put(held(next, wanted), signal);
    // Held before it has traffic, and let go only after it has ended.
    const ready = wanted && !isHeld(object) ? await put(held(object, true), signal) : object;
    const { object: written } = await cluster.replace(
      form.withStatus(ready, { ...stored, at: clock.now() }),
      { subresource: "status", ...(signal ? { signal } : {}) },
    );
    return !wanted && isHeld(written) ? put(held(written, false), signal) : written;
  }

  async function erase(object: KubeObject): Promise<void> {
    const free = isHeld(object) ? await put(held(object, false)) : object;
    const { name, namespace = "", resourceVersion, deletionTimestamp } = free.metadata;
    if (deletionTimestamp) return;
    const ref = { kind, namespace, name };
    await cluster.delete(ref, resourceVersion ? { resourceVersion } : {});
  }

  return {
    type,
    entries: () => mesh.view().derive(entriesIn),

    async fetch(ref, signal) {
      try {
        const object = await cluster.get(objectRef(ref), signal);
        const entry = entryOf(form, object);
        raw.set(entry, object);
        if ("status" in entry.content) raw.set(entry.content, object);
        return entry;
      } catch (error) {
        if (error instanceof AppError && ["not-found", "unsupported"].includes(error.code)) {
          return undefined;
        }
        throw error;
      }
    },

    async create(rollout, status, { commands = [], movedFrom } = {}) {
      const blank = form.blank(rollout);
      const annotations = {
        ...(form.hasStatusPart && { [STARTED_BY]: status.startedBy }),
        ...(movedFrom !== undefined && { [MOVED_FROM]: movedFrom }),
      };
      const marked = {
        ...blank,
        metadata: {
          ...blank.metadata,
          ...(Object.keys(annotations).length > 0 && { annotations }),
        },
      };
      const planned = form.withCommands(form.withPlan(marked, rollout), commands);
      const whole = held(
        form.hasStatusPart
          ? planned
          : form.withStatus(planned, { rollout, status, at: clock.now() }),
        !isTerminal(status),
      );
      const { object } = await cluster.create(whole);
      return recordOf(form.hasStatusPart ? await putStatus(object, { rollout, status }) : object);
    },

    commit: async (record, status, signal) =>
      recordOf(await putStatus(objectOf(record), { rollout: record.rollout, status }, signal)),

    replaceCommands: async (record, commands) =>
      recordOf(await put(form.withCommands(objectOf(record), commands))),

    async release(record) {
      const object = raw.get(record);
      if (object && isHeld(object)) await put(held(object, false));
    },

    remove: (record) => erase(objectOf(record)),
    discard: (entry) => erase(objectOf(entry)),

    async begin(entry, status) {
      const { content } = entry;
      if (!("rollout" in content)) throw new TypeError("only a rollout that can be read begins");
      return recordOf(await putStatus(objectOf(entry), { rollout: content.rollout, status }));
    },
  };
}

const isHeld = ({ metadata }: KubeObject): boolean =>
  metadata.finalizers?.includes(FINALIZER) ?? false;

/** The object with our finalizer, or without it; one that is being deleted can get none any more. */
function held(object: KubeObject, wanted: boolean): KubeObject {
  const { finalizers = [], deletionTimestamp } = object.metadata;
  if (isHeld(object) === wanted || (wanted && deletionTimestamp)) return object;
  const others = finalizers.filter((each) => each !== FINALIZER);
  const next = wanted ? [...others, FINALIZER] : others;
  return { ...object, metadata: { ...object.metadata, finalizers: next } };
}

/** Rollouts of a view, by namespace and name. What was parsed before is not parsed again. */
function entriesOf(form: RolloutForm): (view: MeshView) => Entry[] {
  const known = new WeakMap<KubeObject, Entry>();
  const entry = (object: KubeObject): Entry => {
    const before = known.get(object);
    if (before) return before;
    const made = entryOf(form, object);
    known.set(object, made);
    return made;
  };
  return (view) =>
    view
      .list(form.kind)
      .filter((object) => form.rolloutName(object) !== undefined)
      .map(entry)
      .sort((a, b) => (keyOf(a.ref) < keyOf(b.ref) ? -1 : 1));
}

function entryOf(form: RolloutForm, object: KubeObject): Entry {
  const { namespace = "", resourceVersion = "", uid = "", annotations = {} } = object.metadata;
  const ref = { namespace, name: form.rolloutName(object) ?? object.metadata.name };
  const base = {
    ref,
    store: form.type,
    uid,
    resourceVersion,
    movedFrom: annotations[MOVED_FROM],
  };
  const values = form.read(object);
  if (form.hasStatusPart && values.status === undefined) {
    const plan = readPlan(ref, values.spec);
    return {
      ...base,
      content:
        typeof plan === "string"
          ? { ref, problem: plan }
          : { ref, rollout: plan, by: startedBy(object), resourceVersion },
    };
  }
  const read = readStored(ref, values);
  const deleted = object.metadata.deletionTimestamp !== undefined;
  return {
    ...base,
    content:
      typeof read === "string"
        ? { ref, problem: read }
        : { ref, store: form.type, ...read, resourceVersion, deleted },
  };
}

/** Who applied an object: as it says itself, or as the API server noted. */
function startedBy({ metadata: { annotations = {}, managedFields = [] } }: KubeObject): string {
  return annotations[STARTED_BY] ?? managedFields[0]?.manager ?? "somebody";
}
