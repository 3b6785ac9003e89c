import { AppError } from "@/lib/base/errors";
import { between, type Instant, type Millis, millis, seconds } from "@/lib/base/units";
import type { KindId } from "@/lib/istio/kinds";
import type { KubeObject } from "@/lib/k8s/object";
import { jittered, type Random } from "../clock";
import type { Clock, Cluster } from "../ports";
import { trimmed } from "./trim";

/** What a reflector tells of its kind; objects are trimmed. */
export type Reflection =
  /** The whole list; what is not in it does not exist. */
  | { readonly type: "synced"; readonly objects: readonly KubeObject[] }
  | { readonly type: "put" | "delete"; readonly object: KubeObject }
  /** The server answered, and there was no change. */
  | { readonly type: "heard" }
  /**
   * What was told so far may be old; the reflector tries again. `doubted`: the server refuses or does
   * not know what it has shown before, which may pass.
   */
  | { readonly type: "failed"; readonly error: AppError; readonly doubted: boolean };

/** Keeps one JSON.parse of injected pods under about 70 ms. */
const PAGE_SIZE = 500;
const FIRST_WAIT = millis(800);
const LONGEST_WAIT = seconds(30);
/** Short outages are noticed to be over quickly. */
const LONGEST_EARLY_WAIT = seconds(5);
const EARLY = seconds(60);
const HEALTHY_AFTER = seconds(120);
const FORBIDDEN_WAIT = seconds(60);
/** Where each namespace is asked for by itself there are many that refuse. */
const FORBIDDEN_IN_NAMESPACE_WAIT = seconds(300);
const RELIST_WAIT = seconds(10);
/**
 * An API server that starts serves before it knows its roles and its definitions, and refuses what
 * it will allow in a moment. So many times is a refusal doubted of what it has shown before: 5 s of
 * rights, which may have been taken away, and about 30 s of kinds.
 */
const DOUBTS: Readonly<Record<string, number>> = { forbidden: 3, unsupported: 8 };
const SHORTEST_WATCH = seconds(1);

/** What a reflector works with. */
export interface ReflectorNeeds {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly random: Random;
  /** Told how to end a wait early, when it is worth trying again at once. */
  readonly waits?: (tryNow: () => void) => void;
}

/** What is mirrored: all of a cluster, or one namespace of it. */
interface Where {
  readonly cluster: Cluster;
  readonly namespace: string | undefined;
  readonly signal: AbortSignal;
}

/** What the loop remembers between two tries. */
interface Progress {
  cursor: string | undefined;
  failures: number;
  failingSince: Instant | undefined;
  /** Expired cursors in a row, without an event between them. */
  expirations: number;
  /** Whether the server took the last watch. */
  opened: boolean;
  /** Whether the kind was ever listed. */
  listed: boolean;
  /** Refusals in a row since then. */
  refusals: number;
}

/**
 * Mirrors every object of `kind`, or those of one namespace: the full list, then each change, until
 * `signal` aborts.
 *
 * Never gives up: it says `failed`, waits and tries again; a 410 leads to a new list.
 * Waits are those of client-go's reflector: 0.8 s doubled up to 30 s (5 s in the first minute),
 * with jitter, forgotten after two healthy minutes; or what the server asks for.
 */
export async function* reflect(
  kind: KindId,
  { cluster, clock, random, waits }: ReflectorNeeds,
  signal: AbortSignal,
  namespace?: string,
): AsyncGenerator<Reflection> {
  const where: Where = { cluster, namespace, signal };
  let early = new AbortController();
  const progress: Progress = {
    cursor: undefined,
    failures: 0,
    failingSince: undefined,
    expirations: 0,
    opened: false,
    listed: false,
    refusals: 0,
  };
  waits?.(() => {
    progress.failures = 0;
    progress.failingSince = undefined;
    early.abort();
  });
  while (!signal.aborted) {
    const started = clock.now();
    try {
      yield* listAndWatch(kind, where, progress);
      // A clean end is usual; only a server that hangs up at once is left alone for a moment.
      if (between(started, clock.now()) < SHORTEST_WATCH) {
        await clock.sleep(jittered(FIRST_WAIT, random), signal);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof AppError)) throw error;
      const now = clock.now();
      const doubted = isDoubted(error, progress);
      const wait = waitAfter(error, progress, { started, now, namespace, doubted });
      early = new AbortController();
      yield { type: "failed", error, doubted };
      const length = wait > 0 ? jittered(wait, random) : wait;
      const ends = AbortSignal.any([signal, early.signal]);
      await clock.sleep(length, ends).catch(ignoreAbort(ends));
    }
  }
}

async function* listAndWatch(
  kind: KindId,
  where: Where,
  progress: Progress,
): AsyncGenerator<Reflection> {
  const { cluster, namespace, signal } = where;
  if (progress.cursor === undefined) {
    const { objects, resourceVersion } = await listAll(kind, where);
    progress.cursor = resourceVersion;
    progress.listed = true;
    progress.refusals = 0;
    yield { type: "synced", objects };
  }
  progress.opened = false;
  for await (const event of cluster.watch(kind, progress.cursor, signal, namespace)) {
    if (event.type === "open") {
      progress.opened = true;
      progress.refusals = 0;
      yield { type: "heard" };
      continue;
    }
    progress.expirations = 0;
    progress.failingSince = undefined;
    const version =
      event.type === "bookmark" ? event.resourceVersion : event.object.metadata.resourceVersion;
    if (version) progress.cursor = version;
    yield event.type === "bookmark"
      ? { type: "heard" }
      : { type: event.type, object: trimmed(kind, event.object) };
  }
  yield { type: "heard" };
}

/** Whether a refusal may pass: of what was shown before, and not yet often enough. */
function isDoubted(error: AppError, progress: Progress): boolean {
  const doubts = DOUBTS[error.code];
  if (doubts === undefined) {
    progress.refusals = 0;
    return false;
  }
  progress.refusals += 1;
  return progress.listed && progress.refusals <= doubts;
}

/** How long to rest after `error`; 0 is not at all. */
function waitAfter(
  error: AppError,
  progress: Progress,
  {
    started,
    now,
    namespace,
    doubted,
  }: {
    readonly started: Instant;
    readonly now: Instant;
    readonly namespace: string | undefined;
    readonly doubted: boolean;
  },
): Millis {
  if (between(started, now) > HEALTHY_AFTER) {
    progress.failures = 0;
    progress.failingSince = undefined;
  }
  progress.failingSince ??= now;
  if (error.code === "expired") {
    progress.cursor = undefined;
    // A server that compacts all the time must not be asked for list after list.
    return progress.expirations++ === 0 ? millis(0) : RELIST_WAIT;
  }
  if (error.code === "not-found") progress.cursor = undefined;
  // A server that was away may come back with an older history, and would then take a watch of ours
  // and say nothing. One that asks for rest gets it.
  if (!progress.opened && error.retryAfter === undefined) progress.cursor = undefined;
  if (error.code === "forbidden" && !doubted) {
    return namespace === undefined ? FORBIDDEN_WAIT : FORBIDDEN_IN_NAMESPACE_WAIT;
  }
  const cap = between(progress.failingSince, now) < EARLY ? LONGEST_EARLY_WAIT : LONGEST_WAIT;
  const wait = millis(Math.min(FIRST_WAIT * 2 ** progress.failures, cap));
  progress.failures = Math.min(progress.failures + 1, 16);
  return millis(Math.max(wait, error.retryAfter ?? 0));
}

async function listAll(kind: KindId, where: Where) {
  try {
    return await listPages(kind, where, PAGE_SIZE);
  } catch (error) {
    if (!(error instanceof AppError && error.code === "expired")) throw error;
    // The list was compacted away between two pages: once more, in one piece.
    return listPages(kind, where, undefined);
  }
}

async function listPages(
  kind: KindId,
  { cluster, namespace, signal }: Where,
  limit: number | undefined,
) {
  const paging = {
    ...(limit !== undefined && { limit }),
    ...(namespace !== undefined && { namespace }),
    signal,
  };
  let page = await cluster.list(kind, paging);
  const { resourceVersion } = page;
  const objects = page.items.map((object) => trimmed(kind, object));
  while (page.continue !== undefined) {
    page = await cluster.list(kind, { ...paging, continue: page.continue });
    for (const object of page.items) objects.push(trimmed(kind, object));
  }
  return { objects, resourceVersion };
}

/** An abort ends the wait, and the loop sees it next. */
const ignoreAbort =
  (signal: AbortSignal) =>
  (error: unknown): void => {
    if (!signal.aborted) throw error;
  };
