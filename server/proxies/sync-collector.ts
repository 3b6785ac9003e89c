import { AppError } from "@/lib/base/errors";
import type { Instant } from "@/lib/base/units";
import { mergeSyncs, type ProxySync } from "@/lib/xds/sync-status";
import { XDS_TYPES, type XdsType } from "@/lib/xds/xds-type";
import type { MeshView } from "@/lib/mesh/view";
import type { Istiod } from "../istiod/istiod-client";
import type { Clock } from "../ports";
import { istiodPods } from "./mesh-proxies";

/** How one istiod answered. */
export interface IstiodState {
  readonly name: string;
  readonly namespace: string;
  /** The tag of its image; undefined where it is named by digest. */
  readonly version: string | undefined;
  /** Proxies that are connected to it; `null` when it never answered. */
  readonly proxies: number | null;
  /** When it last answered; undefined when it never did. */
  readonly at: Instant | undefined;
  /** Why it did not answer the last time. */
  readonly error: { readonly message: string; readonly hint: string | undefined } | undefined;
}

/** What all istiods together say of the proxies. */
export interface SyncSnapshot {
  readonly proxies: readonly ProxySync[];
  readonly istiods: readonly IstiodState[];
  /** When the last round of questions ended; undefined before the first. */
  readonly at: Instant | undefined;
  /** Why nothing at all is known: the first istiod's error, or that there is no istiod. */
  readonly error: AppError | undefined;
}

interface Known {
  readonly uid: string;
  readonly proxies: readonly ProxySync[] | undefined;
  readonly at: Instant | undefined;
  readonly error: AppError | undefined;
}

/**
 * Asks every istiod for its proxies, all at once, and remembers what each said last: an istiod
 * that does not answer keeps its proxies, with their age, as long as its pod runs.
 */
export class SyncCollector {
  private known = new Map<string, Known>();
  private moves = new Map<string, Moves>();
  snapshot: SyncSnapshot = { proxies: [], istiods: [], at: undefined, error: undefined };

  constructor(
    private readonly istiod: Istiod,
    private readonly clock: Clock,
  ) {}

  /** One round of questions. @returns whether anything is different from before, ages aside */
  async collect(mesh: MeshView, signal: AbortSignal): Promise<boolean> {
    const pods = mesh.derive(istiodPods);
    const answers = await Promise.all(
      pods.map(async (pod) => {
        const uid = `${pod.namespace}/${pod.name}`;
        return this.ask(pod, uid, signal);
      }),
    );
    const before = this.snapshot;
    // Who says what it said before gives the same list, and then nothing is to be merged anew.
    const saidNothingNew =
      before.at !== undefined &&
      answers.length === this.known.size &&
      answers.every(({ uid, proxies }) => this.known.get(uid)?.proxies === proxies);
    this.known = new Map(answers.map((answer) => [answer.uid, answer]));
    this.snapshot = {
      proxies: saidNothingNew
        ? before.proxies
        : withKept(before.proxies, mergeSyncs(answers.map(({ proxies }) => proxies ?? []))),
      istiods: pods.map(({ namespace, name, version }, index) => ({
        namespace,
        name,
        version,
        proxies: answers[index]?.proxies?.length ?? null,
        at: answers[index]?.at,
        error: plainError(answers[index]?.error),
      })),
      at: this.clock.now(),
      error: overallError(answers),
    };
    if (this.snapshot.proxies !== before.proxies) this.noteMoves(before.at);
    return this.snapshot.proxies !== before.proxies || newsOf(this.snapshot) !== newsOf(before);
  }

  /**
   * Whether istiod sent a type to a proxy after `at`, by istiod's clock or by ours: clocks differ,
   * but what we saw unsent after `at` and see sent now was sent in between.
   */
  isSentAfter(proxy: ProxySync, type: XdsType, at: Instant): boolean {
    const { sent, sentAt } = proxy.types[type];
    if (sent === undefined) return false;
    if (sentAt !== undefined && sentAt >= at) return true;
    const moves = this.moves.get(keyOf(proxy));
    const after = moves?.of === proxy ? moves.after[type] : undefined;
    return after !== undefined && after >= at;
  }

  /** Remembers of every nonce the last moment at which it was not there yet. */
  private noteMoves(previous: Instant | undefined): void {
    const moves = new Map<string, Moves>();
    for (const proxy of this.snapshot.proxies) {
      const key = keyOf(proxy);
      const known = this.moves.get(key);
      moves.set(key, known?.of === proxy ? known : movesOf(proxy, known, previous));
    }
    this.moves = moves;
  }

  private async ask(
    pod: { readonly namespace: string; readonly name: string },
    uid: string,
    signal: AbortSignal,
  ): Promise<Known> {
    try {
      const { proxies } = await this.istiod.syncz(pod, signal);
      return { uid, proxies, at: this.clock.now(), error: undefined };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const before = this.known.get(uid);
      return { uid, proxies: before?.proxies, at: before?.at, error };
    }
  }
}

interface Moves {
  /** The reading that they are told of. */
  readonly of: ProxySync;
  /** When the proxy was last seen with another nonce of a type; undefined if it never was. */
  readonly after: Readonly<Record<XdsType, Instant | undefined>>;
}

function movesOf(proxy: ProxySync, known: Moves | undefined, previous: Instant | undefined): Moves {
  const entries = XDS_TYPES.map((type) => {
    const kept = known?.of.types[type].sent === proxy.types[type].sent;
    return [type, kept ? known?.after[type] : known && previous] as const;
  });
  return { of: proxy, after: Object.fromEntries(entries) as Moves["after"] };
}

const keyOf = ({ cluster, id }: ProxySync): string => `${cluster}/${id}`;

/** The new list with the old entries where nothing changed: the old list itself where nothing did. */
function withKept(before: readonly ProxySync[], now: readonly ProxySync[]): readonly ProxySync[] {
  const old = new Map(before.map((proxy) => [keyOf(proxy), proxy]));
  let news = before.length !== now.length;
  const kept = now.map((proxy) => {
    const known = old.get(keyOf(proxy));
    if (known && isSame(known, proxy)) return known;
    news = true;
    return proxy;
  });
  return news ? kept : before;
}

const SCALARS = ["istiod", "version", "type", "pod", "namespace"] as const;
const FIELDS = ["state", "sent", "sentAt", "error"] as const;

const isSame = (a: ProxySync, b: ProxySync): boolean =>
  SCALARS.every((field) => a[field] === b[field]) &&
  XDS_TYPES.every((type) => FIELDS.every((f) => a.types[type][f] === b.types[type][f])) &&
  JSON.stringify(a.others) === JSON.stringify(b.others);

const plainError = (error: AppError | undefined) =>
  error && { message: error.message, hint: error.hint };

/** Nothing is known only when no istiod ever answered. */
function overallError(answers: readonly Known[]): AppError | undefined {
  if (answers.length === 0) {
    return new AppError("not-found", "No running istiod was found (pods labelled app=istiod)", {
      hint: "Check that istiod runs, and that this identity may list pods of its namespace.",
    });
  }
  return answers.some(({ proxies }) => proxies) ? undefined : answers[0]?.error;
}

/** Changes exactly when a page has something new to show besides proxies and ages. */
const newsOf = ({ istiods, error }: SyncSnapshot): string =>
  JSON.stringify([istiods.map((state) => [state.name, state.error?.message]), error?.message]);
