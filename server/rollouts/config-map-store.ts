import { z } from "zod";
import { AppError } from "@/lib/base/errors";
import { isRecord } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import { type CanaryRollout, parseRollout } from "@/lib/rollout/plan";
import { Command, RolloutStatus } from "@/lib/rollout/status";
import type { Cluster, MeshStore } from "../ports";
import type { RolloutRecord, RolloutRef, RolloutStore, UnreadableRollout } from "./rollout-store";

const PREFIX = "mesh-rollout-";
/** Marks the ConfigMaps that hold rollouts; its value is the rollout's name. */
const LABEL = "quarterdeck.dev/rollout";
const APPEND_TRIES = 5;

const Commands = z.array(Command);

/**
 * Rollouts in ConfigMaps `mesh-rollout-<name>` of their own namespace: `spec`, `status` and
 * `commands` as JSON texts (rollouts.md 6.5). A status is written with the version that was read,
 * so of two writers one always loses.
 */
export function configMapStore(cluster: Cluster, mesh: MeshStore): RolloutStore {
  const objectRef = ({ namespace, name }: RolloutRef) => ({
    kind: "ConfigMap" as const,
    namespace,
    name: PREFIX + name,
  });

  async function fetch(ref: RolloutRef, signal?: AbortSignal): Promise<KubeObject | undefined> {
    try {
      return await cluster.get(objectRef(ref), signal);
    } catch (error) {
      if (error instanceof AppError && error.code === "not-found") return undefined;
      throw error;
    }
  }

  async function put(
    object: KubeObject,
    data: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<RolloutRecord> {
    const next = { ...object, data: { ...dataOf(object), ...data } };
    const { object: stored } = await cluster.replace(next, signal ? { signal } : {});
    return recordOf(stored);
  }

  /** Raw objects of the records that were handed out: what is not ours in them is kept. */
  const raw = new WeakMap<RolloutRecord, KubeObject>();
  const recordOf = (object: KubeObject): RolloutRecord => {
    const record = parsed(object);
    if ("problem" in record) {
      throw new AppError("invalid", `Rollout ${record.ref.name}: ${record.problem}`, {
        hint: `Mend or delete ConfigMap ${object.metadata.namespace ?? ""}/${object.metadata.name}.`,
      });
    }
    raw.set(record, object);
    return record;
  };

  return {
    list: () => mesh.view().derive(rolloutsIn),
    versionSeen: ({ namespace, name }) =>
      mesh.view().get("ConfigMap", namespace, PREFIX + name)?.metadata.resourceVersion,

    async read(ref, signal) {
      const object = await fetch(ref, signal);
      return object && recordOf(object);
    },

    async create(rollout, status) {
      const { name, namespace } = rollout.metadata;
      const { object } = await cluster.create({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: {
          name: PREFIX + name,
          namespace,
          labels: { [LABEL]: name, "app.kubernetes.io/managed-by": "quarterdeck" },
        },
        data: {
          spec: JSON.stringify(rollout),
          status: JSON.stringify(status),
          commands: "[]",
        },
      });
      return recordOf(object);
    },

    async commit(record, status, signal) {
      const object = raw.get(record);
      if (!object) throw new TypeError("the record was not read from this store");
      return put(object, { status: JSON.stringify(status) }, signal);
    },

    async append(ref, command) {
      for (let tries = 1; ; tries += 1) {
        const object = await fetch(ref);
        if (!object) throw new AppError("not-found", `There is no rollout ${ref.name}`);
        const record = recordOf(object);
        if (record.commands.some(({ id }) => id === command.id)) return record;
        const commands = JSON.stringify([...record.commands, command]);
        try {
          return await put(object, { commands });
        } catch (error) {
          const raced = error instanceof AppError && error.code === "conflict";
          if (!raced || tries >= APPEND_TRIES) throw error;
        }
      }
    },

    async remove(record) {
      const { resourceVersion } = record;
      await cluster.delete(objectRef(record.ref), { resourceVersion });
    },
  };
}

/** Rollouts of a view, by namespace and name. Parsed once a view. */
function rolloutsIn(view: ReturnType<MeshStore["view"]>): (RolloutRecord | UnreadableRollout)[] {
  return view
    .list("ConfigMap")
    .filter(({ metadata }) => metadata.labels?.[LABEL] !== undefined)
    .map(parsed)
    .sort((a, b) => (keyOf(a.ref) < keyOf(b.ref) ? -1 : 1));
}

/** `namespace/name`: unique among rollouts. */
export const keyOf = ({ namespace, name }: RolloutRef): string => `${namespace}/${name}`;

function dataOf(object: KubeObject): Readonly<Record<string, string>> {
  const { data } = object;
  return isRecord(data) ? (data as Record<string, string>) : {};
}

/** Texts that were parsed before, so that a view which changed elsewhere costs nothing. */
const parsedBefore = new WeakMap<KubeObject, RolloutRecord | UnreadableRollout>();

function parsed(object: KubeObject): RolloutRecord | UnreadableRollout {
  const known = parsedBefore.get(object);
  if (known) return known;
  const record = parse(object);
  parsedBefore.set(object, record);
  return record;
}

function parse(object: KubeObject): RolloutRecord | UnreadableRollout {
  const { namespace = "", resourceVersion = "" } = object.metadata;
  const name = object.metadata.name.slice(PREFIX.length);
  const ref = { namespace, name };
  const unreadable = (problem: string): UnreadableRollout => ({ ref, problem });
  const { spec, status, commands } = dataOf(object);
  const rollout = json(spec, (value) => {
    const outcome = parseRollout(value);
    if ("rollout" in outcome) return outcome.rollout;
    throw new TypeError(outcome.problems.map((p) => `${p.field} ${p.message}`).join("; "));
  });
  if (typeof rollout === "string") return unreadable(`its spec cannot be read: ${rollout}`);
  if (!isOwn(rollout, ref)) return unreadable("its spec names another rollout");
  const known = json(status, (value) => RolloutStatus.parse(value));
  if (typeof known === "string") return unreadable(`its status cannot be read: ${known}`);
  const list = json(commands ?? "[]", (value) => Commands.parse(value));
  if (typeof list === "string") return unreadable(`its commands cannot be read: ${list}`);
  return { ref, rollout, status: known, commands: list, resourceVersion };
}

const isOwn = ({ metadata }: CanaryRollout, ref: RolloutRef): boolean =>
  metadata.name === ref.name && metadata.namespace === ref.namespace;

/** The value of a text, or what is wrong with it. */
function json<T extends object>(text: string | undefined, read: (value: unknown) => T): T | string {
  if (text === undefined) return "it is missing";
  try {
    return read(JSON.parse(text));
  } catch (error) {
    if (error instanceof z.ZodError) {
      const [issue] = error.issues;
      return `${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`.trim();
    }
    return error instanceof Error ? error.message : String(error);
  }
}
