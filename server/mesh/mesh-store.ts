import { setMaxListeners } from "node:events";
import type { AppError } from "@/lib/base/errors";
import { type Instant, millis, seconds } from "@/lib/base/units";
import { type KindId, kindInfo, KINDS } from "@/lib/istio/kinds";
import { type KubeObject, objectKey } from "@/lib/k8s/object";
import { applyChanges, type MeshChange, type MeshView, meshView } from "@/lib/mesh/view";
import type { Logger } from "../log";
import type { MeshStore, SourceState } from "../ports";
import { changesOf, difference } from "./mesh-changes";
import { type NamespaceMirrors, namespaceMirrors, readInPart } from "./namespace-mirrors";
import { type Reflection, reflect, type ReflectorNeeds } from "./reflect";

/**
 * Kinds that are not mirrored: Secrets are nobody's to keep, Events and Leases change all the
 * time and say nothing of the mesh, Endpoints repeat what EndpointSlices say.
 */
const NOT_MIRRORED: ReadonlySet<KindId> = new Set<KindId>([
  "Secret",
  "Event",
  "Lease",
  "Endpoints",
]);

/** Every kind that the store mirrors. */
const MIRRORED_KINDS: readonly KindId[] = KINDS.map(({ id }) => id).filter(
  (id) => !NOT_MIRRORED.has(id),
);

/** Changes that come within this time make one new view. */
const BATCH = millis(20);
const AFTER_BUG = seconds(5);

/** How one kind is doing. */
type KindState =
  | { readonly type: "connecting" | "live" | "absent" }
  /** `partial`: it is read in some namespaces. */
  | { readonly type: "forbidden" | "partial" | "failed"; readonly error: AppError };

/** The mesh store, and what only the container may do with it. */
export interface RunningMeshStore extends MeshStore {
  start(): void;
  /** How the cluster as a source is doing. */
  state(): SourceState;
  /** Called after each word from the cluster, or failure to get one. */
  onState(listener: () => void): void;
  close(): void;
}

/** Mirrors the cluster into one view; starts to read when `start` is called. */
export function meshStore(
  needs: ReflectorNeeds & { readonly log: Logger },
  kinds: readonly KindId[] = MIRRORED_KINDS,
): RunningMeshStore {
  const { clock, cluster, log } = needs;
  const stop = new AbortController();
  // Every kind waits on it, often twice.
  setMaxListeners(0, stop.signal);
  const states = new Map<KindId, KindState>(kinds.map((kind) => [kind, { type: "connecting" }]));
  const synced = new Set<KindId>();
  const listeners = new Set<(view: MeshView, kinds: ReadonlySet<KindId>) => void>();
  const stateListeners = new Set<() => void>();
  /** The newest objects, those of changes that wait for the next batch included. */
  const newest = new Map<KindId, Map<string, KubeObject>>(kinds.map((kind) => [kind, new Map()]));
  const known = (kind: KindId) => newest.get(kind) ?? new Map<string, KubeObject>();
  /** Of kinds whose list of all namespaces is refused. */
  const divided = new Map<KindId, NamespaceMirrors>();
  /** Ends the waits of mirrors whose kind the server did not know. */
  const tries = new Map<KindId, () => void>();
  let view = meshView([]);
  /** Why they are read by namespace. */
  const refusals = new Map<KindId, AppError>();
  let pending: MeshChange[] = [];
  let lastSeen: Instant | undefined;

  function flush(): void {
    const changes = pending;
    pending = [];
    if (changes.length === 0) return;
    view = applyChanges(view, changes);
    const changed = new Set(changes.map(({ kind }) => kind));
    // What was just defined is looked for at once, and not when the long wait for it is over.
    if (changed.has("CustomResourceDefinition")) {
      for (const [kind, tryNow] of tries) if (states.get(kind)?.type === "absent") tryNow();
    }
    for (const listener of listeners) {
      try {
        listener(view, changed);
      } catch (err) {
        log.error({ err }, "a listener of the mesh failed");
      }
    }
  }

  function add(kind: KindId, changes: readonly MeshChange[]): void {
    if (changes.length === 0) return;
    for (const { type, object } of changes) {
      if (type === "put") known(kind).set(objectKey(object), object);
      else known(kind).delete(objectKey(object));
    }
    if (pending.length === 0) void clock.sleep(BATCH, stop.signal).then(flush, () => undefined);
    pending.push(...changes);
  }

  function setState(kind: KindId, state: KindState): void {
    states.set(kind, state);
    for (const listener of stateListeners) listener();
  }

  function take(kind: KindId, reflection: Reflection): void {
    if (reflection.type === "failed") {
      // What an API server that starts does not know yet is not gone.
      if (reflection.doubted) setState(kind, { type: "failed", error: reflection.error });
      else fail(kind, reflection.error);
      return;
    }
    lastSeen = clock.now();
    if (reflection.type === "synced") {
      // What is read of the whole cluster holds what was read by namespace.
      divided.get(kind)?.close();
      divided.delete(kind);
      synced.add(kind);
      add(kind, difference(kind, known(kind), reflection.objects));
    } else if (reflection.type !== "heard") {
      add(kind, changesOf(kind, reflection, known(kind).get(objectKey(reflection.object))));
    }
    setState(kind, { type: "live" });
    if (kind === "Namespace") followNamespaces();
  }

  /** Where kinds are read that may not be read everywhere; undefined while that is not known yet. */
  function readableNamespaces(): readonly string[] | undefined {
    const { type } = states.get("Namespace") ?? { type: "absent" };
    if (type === "connecting") return undefined;
    const names = [...known("Namespace").values()].map(({ metadata }) => metadata.name).sort();
    const home = cluster.identity.namespace;
    return names.length > 0 || home === undefined ? names : [home];
  }

  function followNamespaces(): void {
    if (divided.size === 0) return;
    const namespaces = readableNamespaces();
    if (!namespaces) return;
    for (const [kind, mirrors] of divided) {
      mirrors.follow(namespaces);
      tellOf(kind);
    }
  }

  /** Reads a kind by namespace from now on: the list of all of them is refused. */
  function divide(kind: KindId, error: AppError): void {
    if (divided.has(kind)) return;
    const inNamespace = (namespace: string) =>
      new Map([...known(kind)].filter(([, { metadata }]) => metadata.namespace === namespace));
    const mirrors = namespaceMirrors(kind, needs, {
      take(namespace, reflection) {
        lastSeen = clock.now();
        if (reflection.type === "synced") {
          add(kind, difference(kind, inNamespace(namespace), reflection.objects));
        } else if (reflection.type !== "heard") {
          add(kind, changesOf(kind, reflection, known(kind).get(objectKey(reflection.object))));
        }
        tellOf(kind);
      },
      failed: () => tellOf(kind),
      gone: (namespace) => add(kind, difference(kind, inNamespace(namespace), [])),
    });
    divided.set(kind, mirrors);
    refusals.set(kind, error);
    setState(kind, { type: "connecting" });
    followNamespaces();
  }

  /** Says how a kind is doing that is read by namespace. */
  function tellOf(kind: KindId): void {
    const mirrors = divided.get(kind);
    const refusal = refusals.get(kind);
    if (!mirrors || !refusal) return;
    const of = mirrors.states();
    if (of.connecting.length > 0) return;
    setState(
      kind,
      of.read.length === 0
        ? { type: "forbidden", error: refusal }
        : { type: "partial", error: readInPart(kind, of, refusal) },
    );
  }

  function fail(kind: KindId, error: AppError): void {
    // A 410 is part of the protocol: the new list follows at once.
    if (error.code === "expired") return;
    if (error.code === "forbidden" && divided.has(kind)) return;
    if (error.code === "unsupported" || error.code === "forbidden") {
      lastSeen = clock.now();
      add(kind, difference(kind, known(kind), []));
    }
    if (error.code === "unsupported") setState(kind, { type: "absent" });
    else if (error.code !== "forbidden") setState(kind, { type: "failed", error });
    else if (kindInfo(kind).namespaced) divide(kind, error);
    else setState(kind, { type: "forbidden", error });
    if (kind === "Namespace") followNamespaces();
  }

  async function mirror(kind: KindId): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        const waits = (tryNow: () => void) => void tries.set(kind, tryNow);
        const reflector = reflect(kind, { ...needs, waits }, stop.signal);
        for await (const reflection of reflector) take(kind, reflection);
      } catch (err) {
        if (stop.signal.aborted) return;
        // A bug must not end the mirror: it would show old objects as new for ever.
        log.error({ err, kind }, "a mirror failed and starts again");
        await clock.sleep(AFTER_BUG, stop.signal).catch(() => undefined);
      }
    }
  }

  const settled = (kind: KindId): boolean => {
    const type = states.get(kind)?.type;
    return synced.has(kind) || type === "absent" || type === "forbidden" || type === "partial";
  };

  return {
    view: () => view,
    get ready() {
      return kinds.every(settled);
    },
    problems: () =>
      [...states].flatMap(([kind, state]) =>
        "error" in state ? [{ kind, error: state.error }] : [],
      ),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start() {
      for (const kind of kinds) void mirror(kind);
    },
    state: () => sourceState([...states.values()], { lastSeen, everSynced: synced.size > 0 }),
    onState(listener) {
      stateListeners.add(listener);
    },
    close() {
      stop.abort(new Error("the mesh store was closed"));
      for (const mirrors of divided.values()) mirrors.close();
    },
  };
}

/** One word for all kinds: the cluster is stale when more of them fail than work. */
function sourceState(
  states: readonly KindState[],
  { lastSeen, everSynced }: { lastSeen: Instant | undefined; everSynced: boolean },
): SourceState {
  const count = (type: KindState["type"]) => states.filter((state) => state.type === type).length;
  const failed = states.find((state) => state.type === "failed");
  const forbidden = states.find((state) => state.type === "forbidden");
  const of = (state: SourceState["state"], error?: AppError): SourceState => ({
    source: "cluster",
    state,
    lastSeen,
    error: error && { message: error.message, hint: error.hint },
  });
  if (failed && count("failed") > count("live")) {
    return of(everSynced ? "stale" : "down", errorOf(failed));
  }
  if (count("live") + count("partial") > 0) return of("live");
  if (count("connecting") > 0) return of("connecting");
  return forbidden ? of("forbidden", errorOf(forbidden)) : of("live");
}

const errorOf = (state: KindState): AppError | undefined =>
  "error" in state ? state.error : undefined;
