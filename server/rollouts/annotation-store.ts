import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import { AppError } from "@/lib/base/errors";
import { isRecord } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import type { MeshView } from "@/lib/mesh/view";
import type { CanaryRollout } from "@/lib/rollout/plan";
import type { Command, RolloutStatus } from "@/lib/rollout/status";
import type { Cluster, MeshStore } from "../ports";
import { readStored } from "./read-stored";
import {
  type Entry,
  keyOf,
  type RolloutRecord,
  type RolloutRef,
  type SingleStore,
} from "./rollout-store";
import { FIELD_MANAGER } from "./write-weights";

const ANNOTATION = "quarterdeck.dev/rollout-state";
const POINTER = "/metadata/annotations/quarterdeck.dev~1rollout-state";
/** Of the 256 KiB that all annotations of an object may take (rollouts.md 6.5). */
const MOST_BYTES = 64 * 1024;
/** What is kept of the history, which has no room here. */
const KEPT = 10;

interface Content {
  readonly spec: unknown;
  readonly status: unknown;
  readonly commands: unknown;
  readonly movedFrom?: string | undefined;
}

/**
 * Rollouts in an annotation of the VirtualService that they write, one each: for whoever may write
 * nothing else. Of decisions and checks only the last few are kept. What is written is tested
 * against what was read, so edits of the VirtualService by others do not matter.
 */
export function annotationStore(cluster: Cluster, mesh: MeshStore): SingleStore {
  const texts = new WeakMap<RolloutRecord, { readonly text: string; readonly target: string }>();

  function recordOf(object: KubeObject): RolloutRecord {
    const entry = entryOf(object);
    if (entry && "status" in entry.content) return known(entry.content, object);
    const problem = entry && "problem" in entry.content ? entry.content.problem : "it is gone";
    throw new AppError("invalid", `Rollout on VirtualService ${object.metadata.name}: ${problem}`, {
      hint: `Delete its annotation ${ANNOTATION} once its weights are as they should be.`,
    });
  }
  function known(record: RolloutRecord, object: KubeObject): RolloutRecord {
    texts.set(record, { text: textOf(object) ?? "", target: object.metadata.name });
    return record;
  }

  /** Writes a new text over the one that was read; undefined is none. */
  async function write(
    ref: { readonly namespace: string; readonly name: string },
    change: { readonly before: string | undefined; readonly after: string | undefined },
    signal?: AbortSignal,
  ): Promise<KubeObject> {
    const target = { kind: "VirtualService" as const, ...ref };
    const { before, after } = change;
    const body =
      before === undefined
        ? await creation(target, after ?? "")
        : [
            { op: "test", path: POINTER, value: before },
            after === undefined
              ? { op: "remove", path: POINTER }
              : { op: "replace", path: POINTER, value: after },
          ];
    try {
      const patch = { type: "json" as const, body, fieldManager: FIELD_MANAGER };
      return (await cluster.patch(target, patch, signal ? { signal } : {})).object;
    } catch (error) {
      // A test that fails is a conflict in other words.
      if (!(error instanceof AppError) || error.code !== "invalid") throw error;
      const live = await cluster.get(target, signal);
      if (textOf(live) === before) throw error;
      throw new AppError("conflict", `The rollout on ${ref.name} was changed by another`, {
        cause: error,
      });
    }
  }

  async function creation(
    target: Parameters<Cluster["get"]>[0],
    value: string,
  ): Promise<readonly unknown[]> {
    const object = await cluster.get(target);
    if (textOf(object) !== undefined) {
      throw new AppError("conflict", `VirtualService ${target.name} carries a rollout already`, {
        hint: "One VirtualService holds one rollout while nothing better can be written.",
      });
    }
    const lock = {
      op: "test",
      path: "/metadata/resourceVersion",
      value: object.metadata.resourceVersion,
    };
    const add = { op: "add", path: POINTER, value };
    return object.metadata.annotations
      ? [lock, add]
      : [lock, { op: "add", path: "/metadata/annotations", value: {} }, add];
  }

  async function rewrite(
    record: RolloutRecord,
    content: Content,
    signal?: AbortSignal,
  ): Promise<RolloutRecord> {
    const before = texts.get(record);
    if (!before) throw new TypeError("the record was not read from this store");
    const ref = { namespace: record.ref.namespace, name: before.target };
    return recordOf(await write(ref, { before: before.text, after: packed(content) }, signal));
  }

  return {
    type: "annotation",
    entries: () => mesh.view().derive(entriesIn),

    async fetch(ref, signal) {
      const name = mesh.view().derive(targetsOfRollouts).get(keyOf(ref));
      if (name === undefined) return undefined;
      try {
        const target = { kind: "VirtualService" as const, namespace: ref.namespace, name };
        const object = await cluster.get(target, signal);
        const entry = entryOf(object);
        if (!entry || keyOf(entry.ref) !== keyOf(ref)) return undefined;
        if ("status" in entry.content) known(entry.content, object);
        return entry;
      } catch (error) {
        if (error instanceof AppError && error.code === "not-found") return undefined;
        throw error;
      }
    },

    async create(rollout, status, { commands = [], movedFrom } = {}) {
      const { namespace } = rollout.metadata;
      const after = packed({ spec: rollout, status: shortened(status), commands, movedFrom });
      const name = targetName(rollout);
      return recordOf(await write({ namespace, name }, { before: undefined, after }));
    },

    commit: (record, status, signal) =>
      rewrite(
        record,
        { spec: record.rollout, status: shortened(status), commands: record.commands },
        signal,
      ),
    replaceCommands: (record, commands: readonly Command[]) =>
      rewrite(record, { spec: record.rollout, status: record.status, commands }),
    // An annotation waits for nobody: it is there or it is not.
    release: () => Promise.resolve(),

    async remove(record) {
      const before = texts.get(record);
      if (!before) throw new TypeError("the record was not read from this store");
      const ref = { namespace: record.ref.namespace, name: before.target };
      await write(ref, { before: before.text, after: undefined });
    },
  };
}

/** The VirtualService that carries the annotation. */
function targetName({ spec: { target } }: CanaryRollout): string {
  if (target.virtualService) return target.virtualService;
  throw new AppError("unsupported", "Only a VirtualService can carry a rollout in an annotation", {
    hint: "Allow Quarterdeck to write ConfigMaps, or install the CustomResourceDefinition.",
  });
}

const textOf = ({ metadata }: KubeObject): string | undefined => metadata.annotations?.[ANNOTATION];

const shortened = (status: RolloutStatus): RolloutStatus => ({
  ...status,
  ledger: status.ledger.slice(-KEPT),
  checks: status.checks.slice(-KEPT),
});

function packed(content: Content): string {
  const text = gzipSync(JSON.stringify(content)).toString("base64");
  if (text.length <= MOST_BYTES) return text;
  throw new AppError("invalid", "The rollout is too large for an annotation", {
    hint: "Allow Quarterdeck to write ConfigMaps, or install the CustomResourceDefinition.",
  });
}

function unpacked(text: string): Content | undefined {
  try {
    const limit = { maxOutputLength: 4 * 1024 * 1024 };
    const value: unknown = JSON.parse(gunzipSync(Buffer.from(text, "base64"), limit).toString());
    return isRecord(value) ? (value as unknown as Content) : undefined;
  } catch {
    return undefined;
  }
}

/** What was unpacked before is not unpacked again. */
const entriesKnown = new WeakMap<KubeObject, Entry>();

function entryIn(object: KubeObject): Entry | undefined {
  const entry = entriesKnown.get(object) ?? entryOf(object);
  if (entry) entriesKnown.set(object, entry);
  return entry;
}

const entriesIn = (view: MeshView): Entry[] =>
  view
    .list("VirtualService")
    .flatMap((object) => entryIn(object) ?? [])
    .sort((a, b) => (keyOf(a.ref) < keyOf(b.ref) ? -1 : 1));

/** Names of the VirtualServices that carry rollouts, by the rollouts' keys. */
const targetsOfRollouts = (view: MeshView): ReadonlyMap<string, string> =>
  new Map(
    view.list("VirtualService").flatMap((object) => {
      const entry = entryIn(object);
      return entry ? [[keyOf(entry.ref), object.metadata.name] as const] : [];
    }),
  );

function entryOf(object: KubeObject): Entry | undefined {
  const text = textOf(object);
  if (text === undefined) return undefined;
  const { namespace = "", name, uid = "" } = object.metadata;
  // The version is that of the text: what else changes in the object is none of the rollout's.
  const resourceVersion = createHash("sha256").update(text).digest("hex").slice(0, 16);
  const content = unpacked(text);
  const base = { store: "annotation" as const, uid, resourceVersion };
  if (!content) {
    const ref = { namespace, name };
    const problem = `annotation ${ANNOTATION} of VirtualService ${name} cannot be unpacked`;
    return { ...base, ref, movedFrom: undefined, content: { ref, problem } };
  }
  const ref: RolloutRef = { namespace, name: nameIn(content.spec) ?? name };
  const read = readStored(ref, content);
  return {
    ...base,
    ref,
    movedFrom: content.movedFrom,
    content:
      typeof read === "string"
        ? { ref, problem: read }
        : { ref, store: "annotation", ...read, resourceVersion, deleted: false },
  };
}

function nameIn(spec: unknown): string | undefined {
  const metadata = isRecord(spec) ? spec["metadata"] : undefined;
  const name = isRecord(metadata) ? metadata["name"] : undefined;
  return typeof name === "string" ? name : undefined;
}
