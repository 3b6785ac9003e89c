import { AppError } from "@/lib/base/errors";
import { between, type Instant, seconds } from "@/lib/base/units";
import { weakMemo } from "@/lib/base/weak-memo";
import { isRecord } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import type { MeshView } from "@/lib/mesh/view";
import { LogLevelChange } from "@/lib/xds/log-levels/log-level-change";
import type { Cluster, MeshStore } from "../ports";

/** The pod whose levels are changed. */
export interface LoggingPod {
  readonly namespace: string;
  readonly name: string;
}

/** A change with the ConfigMap that holds it. */
export interface StoredChange {
  readonly pod: LoggingPod;
  readonly change: LogLevelChange;
  readonly object: KubeObject;
}

const PREFIX = "quarterdeck-log-levels-";
/** Marks the ConfigMaps that hold changes of log levels; its value is the program. */
const LABEL = "quarterdeck.dev/log-levels";
/** Says who puts the levels back just now, and since when: `<time> <replica>`. */
const CLAIM = "puttingBack";
/** A replica that died while it put levels back holds others off for so long. */
const CLAIM_FOR = seconds(30);

/**
 * Changes of log levels that have not ended, one ConfigMap `quarterdeck-log-levels-<pod>` a pod, in
 * its namespace and owned by it: they outlive this process, and go with the pod.
 */
export interface ChangeStore {
  list(): readonly StoredChange[];
  /** As the cluster has it now. */
  read(pod: LoggingPod): Promise<StoredChange | undefined>;
  /** Writes over what was read. @throws AppError `conflict` when somebody else did meanwhile */
  write(
    pod: LoggingPod,
    change: LogLevelChange,
    over: StoredChange | undefined,
  ): Promise<StoredChange>;
  /** Takes the right to put the levels back; undefined when another replica has it or it is over. */
  claim(stored: StoredChange, replica: string): Promise<StoredChange | undefined>;
  remove(stored: StoredChange): Promise<void>;
}

/** The changes of a cluster. */
export function changeStore(
  cluster: Pick<Cluster, "get" | "create" | "replace" | "delete">,
  mesh: Pick<MeshStore, "view">,
  now: () => Instant,
): ChangeStore {
  const refOf = ({ namespace, name }: LoggingPod) => ({
    kind: "ConfigMap" as const,
    namespace,
    name: PREFIX + name,
  });
  return {
    list: () => mesh.view().derive(changesIn),
    async read(pod) {
      try {
        return parsed(await cluster.get(refOf(pod)));
      } catch (error) {
        if (error instanceof AppError && error.code === "not-found") return undefined;
        throw error;
      }
    },
    async write(pod, change, over) {
      if (over && isClaimed(over, now())) {
        throw new AppError("conflict", `The log levels of ${pod.name} are put back just now`, {
          hint: "Set them again in a moment.",
        });
      }
      const data = { change: JSON.stringify(change) };
      const { object } = over
        ? await cluster.replace({ ...over.object, data })
        : await cluster.create({
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: {
              name: PREFIX + pod.name,
              namespace: pod.namespace,
              labels: { [LABEL]: change.program, "app.kubernetes.io/managed-by": "quarterdeck" },
              ownerReferences: [{ apiVersion: "v1", kind: "Pod", name: pod.name, uid: change.uid }],
            },
            data,
          });
      return { pod, change, object };
    },
    async claim(stored, replica) {
      if (isClaimed(stored, now())) return undefined;
      const data = { change: JSON.stringify(stored.change), [CLAIM]: `${now()} ${replica}` };
      try {
        const { object } = await cluster.replace({ ...stored.object, data });
        return { ...stored, object };
      } catch (error) {
        const lost = error instanceof AppError && /^(conflict|not-found)$/.test(error.code);
        if (lost) return undefined;
        throw error;
      }
    },
    async remove({ pod, object }) {
      const { resourceVersion = "" } = object.metadata;
      try {
        await cluster.delete(refOf(pod), { resourceVersion });
      } catch (error) {
        // Gone with its pod, or written anew by somebody: neither is ours to delete.
        const over = error instanceof AppError && /^(conflict|not-found)$/.test(error.code);
        if (!over) throw error;
      }
    },
  };
}

const parsed = weakMemo((object: KubeObject): StoredChange | undefined => {
  const { name, namespace = "" } = object.metadata;
  const { change } = dataOf(object);
  if (change === undefined) return undefined;
  try {
    const pod = { namespace, name: name.slice(PREFIX.length) };
    return { pod, change: LogLevelChange.parse(JSON.parse(change)), object };
  } catch {
    // Not ours, or spoilt by hand: what it meant cannot be told, so nothing is done about it.
    return undefined;
  }
});

const changesIn = (view: MeshView): readonly StoredChange[] =>
  view
    .list("ConfigMap")
    .filter(
      ({ metadata }) => metadata.labels?.[LABEL] !== undefined && metadata.name.startsWith(PREFIX),
    )
    .flatMap((object) => parsed(object) ?? []);

const dataOf = (object: KubeObject): Readonly<Record<string, string | undefined>> =>
  isRecord(object["data"]) ? (object["data"] as Record<string, string>) : {};

function isClaimed({ object }: StoredChange, now: Instant): boolean {
  const since = Number(dataOf(object)[CLAIM]?.split(" ")[0]);
  return since > 0 && between(since as Instant, now) < CLAIM_FOR;
}
