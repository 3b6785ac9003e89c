import { hostname } from "node:os";
import { AppError } from "@/lib/base/errors";
import { after, between, type Instant, instant, type Millis, seconds } from "@/lib/base/units";
import type { LogLevel } from "@/lib/xds/log-levels/log-level";
import { levelsToPutBack, mergedLevels } from "@/lib/xds/log-levels/log-level-change";
import { randomId } from "../clock";
import type { Logger } from "../log";
import type { Clock, Cluster, MeshStore } from "../ports";
import { wakeUp } from "../rollouts/wake";
import { type LoggingTarget, readLevels, refuseUnknown, writeLevels } from "./programs";
import { type ChangeStore, changeStore, type LoggingPod, type StoredChange } from "./change-store";

/** The levels of one program, and the change of ours that has not ended. */
export interface LoggingState {
  readonly levels: readonly LogLevel[];
  readonly at: Instant;
  readonly change:
    | {
        /** What the changed loggers go back to. */
        readonly from: Readonly<Record<string, string>>;
        readonly by: string;
        readonly at: Instant;
        readonly until: Instant;
        /** Why it could not be put back yet; undefined while all is well. */
        readonly problem: string | undefined;
      }
    | undefined;
  /** Why this identity cannot change levels; undefined where it can. */
  readonly mayNot: string | undefined;
}

/** Reads and sets log levels; each change goes back by itself. */
export interface LogLevels {
  /** @throws AppError when the pod is unknown or does not answer */
  read(target: LoggingTarget): Promise<LoggingState>;
  /**
   * Sets levels until `length` from now.
   * @throws AppError `forbidden` in read-only mode, `invalid` for a logger or level that is not there
   */
  set(
    target: LoggingTarget,
    levels: Readonly<Record<string, string>>,
    length: Millis,
    requestId: string,
  ): Promise<void>;
  /** Puts back what was changed, before its time. @throws AppError as `set` */
  putBack(target: LoggingTarget, requestId: string): Promise<void>;
  /** Begins to put back what has ended, also what processes before this one changed. */
  start(): void;
  close(): void;
}

interface Needs {
  readonly cluster: Cluster;
  readonly mesh: MeshStore;
  readonly clock: Clock;
  readonly log: Logger;
  /** `true` writes nothing, and leaves it to other replicas to put levels back. */
  readonly readOnly: boolean;
}

/** Looking again within this time costs the pod nothing. */
const FRESH = seconds(2);
const MAX_KEPT = 50;
/** What cannot be put back is tried again this often: the pod may answer later. */
const AGAIN = seconds(5);
/** With nothing to do, the list is looked through this often for what changed without a word. */
const IDLE = seconds(60);

/** The log levels of a mesh's proxies and istiods. */
export function logLevels(needs: Needs): LogLevels {
  const { cluster, mesh, clock, log, readOnly } = needs;
  const store: ChangeStore = changeStore(cluster, mesh, () => clock.now());
  const replica = `${hostname()}_${randomId()}`;
  const stop = new AbortController();
  const wake = wakeUp(clock);
  const kept = new Map<
    string,
    { readonly at: Instant; readonly levels: Promise<readonly LogLevel[]> }
  >();
  const problems = new Map<string, { readonly message: string; readonly at: Instant }>();

  const podOf = ({ namespace, name }: LoggingPod) => mesh.view().get("Pod", namespace, name);

  function uidOf(target: LoggingTarget): string {
    const pod = podOf(target);
    if (pod) return pod.metadata.uid ?? "";
    throw new AppError(
      "not-found",
      `There is no pod ${target.name} in namespace ${target.namespace}`,
      {
        hint: "It may have been replaced: choose another one.",
      },
    );
  }

  const current = (target: LoggingTarget) => readLevels(cluster, target);
  const write = (target: LoggingTarget, levels: Readonly<Record<string, string>>) =>
    writeLevels(cluster, target, levels);

  /** What was read a moment ago is good for all who look, until somebody changes it. */
  async function shared(target: LoggingTarget): Promise<LoggingState["levels"]> {
    const now = clock.now();
    for (const [key, { at }] of kept) {
      if (between(at, now) > FRESH || kept.size > MAX_KEPT) kept.delete(key);
    }
    const version = storedOf(target)?.object.metadata.resourceVersion ?? "";
    const key = `${keyOf(target)} ${version}`;
    const known = kept.get(key);
    if (known) return known.levels;
    const levels = current(target);
    kept.set(key, { at: now, levels });
    levels.catch(() => kept.delete(key));
    return levels;
  }

  const storedOf = (pod: LoggingPod): StoredChange | undefined =>
    store.list().find((stored) => keyOf(stored.pod) === keyOf(pod));

  function refuseReadOnly(): void {
    if (!readOnly) return;
    throw new AppError("forbidden", "Quarterdeck runs read-only, so no log level is changed.", {
      hint: "Use istioctl proxy-config log or istioctl admin log, or start Quarterdeck without --read-only.",
    });
  }

  async function whyNot({ namespace }: LoggingPod): Promise<string | undefined> {
    if (readOnly) return "Quarterdeck runs read-only";
    const [forward, keep] = await Promise.all([
      cluster.can({ verb: "create", kind: "Pod", namespace, subresource: "portforward" }),
      cluster.can({ verb: "create", kind: "ConfigMap", namespace }),
    ]);
    if (!forward) return `This identity may not forward ports of pods in ${namespace}`;
    return keep
      ? undefined
      : `This identity may not create ConfigMaps in ${namespace}, which remember the levels to go back to`;
  }

  const audit = (target: LoggingTarget, fields: Readonly<Record<string, unknown>>) =>
    log.info(
      {
        audit: true,
        ...{ program: target.program, namespace: target.namespace, name: target.name },
        ...{ user: cluster.identity.user, server: cluster.identity.server },
        ...fields,
      },
      "write",
    );

  /** Sets back one change and forgets it. @returns whether it was this replica that did */
  async function putBackNow(
    stored: StoredChange,
    why: string,
    requestId?: string,
  ): Promise<boolean> {
    const claimed = await store.claim(stored, replica);
    if (!claimed) return false;
    const { change } = claimed;
    const target: LoggingTarget = { ...claimed.pod, program: change.program };
    const pod = podOf(target);
    const gone = pod?.metadata.uid !== change.uid;
    const levels = gone ? {} : levelsToPutBack(change, await current(target));
    if (Object.keys(levels).length > 0) await write(target, levels);
    await store.remove(claimed);
    problems.delete(keyOf(target));
    audit(target, {
      ...{
        action: "put back log levels",
        levels,
        result: gone ? "the pod is gone" : "applied",
        why,
      },
      ...(requestId !== undefined && { requestId }),
    });
    return true;
  }

  async function turn(): Promise<void> {
    for (const stored of store.list()) {
      if (stored.change.until > clock.now() || retriesLater(stored)) continue;
      try {
        await putBackNow(stored, "its time is over");
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        problems.set(keyOf(stored.pod), { message: error.message, at: clock.now() });
        log.warn({ err: error, pod: keyOf(stored.pod) }, "log levels were not put back");
      }
    }
  }

  function retriesLater({ pod }: StoredChange): boolean {
    const problem = problems.get(keyOf(pod));
    return problem !== undefined && between(problem.at, clock.now()) < AGAIN;
  }

  function nextTurn(): Instant {
    const now = clock.now();
    const due = store
      .list()
      .map(({ change }) => (change.until > now ? change.until : after(now, AGAIN)));
    return instant(Math.min(after(now, IDLE), ...due));
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      await turn();
      await wake.until(nextTurn(), stop.signal);
    }
  }

  return {
    async read(target) {
      uidOf(target);
      const [levels, mayNot] = await Promise.all([shared(target), whyNot(target)]);
      const change = storedOf(target)?.change;
      return {
        levels,
        at: clock.now(),
        change: change && {
          ...{ from: change.from, by: change.by, at: change.at, until: change.until },
          problem: problems.get(keyOf(target))?.message,
        },
        mayNot,
      };
    },

    async set(target, wanted, length, requestId) {
      refuseReadOnly();
      const uid = uidOf(target);
      const levels = await current(target);
      refuseUnknown(target, levels, wanted);
      const over = await store.read(target);
      const before = over?.change.uid === uid ? over.change : undefined;
      const now = clock.now();
      const merged = mergedLevels(before, levels, wanted);
      if (Object.keys(merged.to).length === 0) return;
      const change = {
        ...{ program: target.program, uid, ...merged, by: cluster.identity.user },
        ...{ at: now, until: after(now, length) },
      };
      // Remembered before it is done: whoever finds it undoes it, even if we die in between.
      const stored = await store.write(target, change, over);
      const entry = { action: "set log levels", levels: wanted, until: change.until, requestId };
      try {
        await write(target, wanted);
        audit(target, { ...entry, result: "applied" });
      } catch (error) {
        audit(target, { ...entry, result: "failed", error: messageOf(error) });
        // Part of it may be done: it goes back at once, or if even that cannot be noted, in time.
        await store.write(target, { ...change, until: now }, stored).catch(() => undefined);
        throw error;
      } finally {
        kept.clear();
        wake.call();
      }
    },

    async putBack(target, requestId) {
      refuseReadOnly();
      const stored = await store.read(target);
      if (stored) await putBackNow(stored, "asked for", requestId);
      kept.clear();
    },

    start() {
      if (readOnly) return;
      mesh.onChange((_, kinds) => {
        if (kinds.has("ConfigMap")) wake.call();
      });
      run().catch((err: unknown) => {
        if (!stop.signal.aborted) log.error({ err }, "log levels are no longer put back");
      });
    },

    close() {
      stop.abort(new AppError("unavailable", "the server stops"));
    },
  };
}

const keyOf = ({ namespace, name }: LoggingPod): string => `${namespace}/${name}`;

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
