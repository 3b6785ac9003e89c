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
  private moves = new Map<string, Move>();
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
    this.known = new Map(answers.map((answer) => [answer.uid, answer]));
    const before = newsOf(this.snapshot);
    const previous = this.snapshot.at;
    this.snapshot = {
      proxies: mergeSyncs(answers.map(({ proxies }) => proxies ?? [])),
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
    this.noteMoves(previous);
    return newsOf(this.snapshot) !== before;
  }

  /**
   * Whether istiod sent a type to a proxy after `at`, by istiod's clock or by ours: clocks differ,
   * but what we saw unsent after `at` and see sent now was sent in between.
   */
  isSentAfter(proxy: ProxySync, type: XdsType, at: Instant): boolean {
    const { sent, sentAt } = proxy.types[type];
    if (sent === undefined) return false;
    if (sentAt !== undefined && sentAt >= at) return true;
    const move = this.moves.get(keyOf(proxy, type));
    return move?.sent === sent && move.after !== undefined && move.after >= at;
  }

  /** Remembers of every nonce the last moment at which it was not there yet. */
  private noteMoves(previous: Instant | undefined): void {
    const moves = new Map<string, Move>();
    for (const proxy of this.snapshot.proxies) {
      for (const type of XDS_TYPES) {
        const { sent } = proxy.types[type];
        if (sent === undefined) continue;
        const key = keyOf(proxy, type);
        const known = this.moves.get(key);
        if (known?.sent === sent) moves.set(key, known);
        else moves.set(key, { sent, after: known && previous });
      }
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

interface Move {
  readonly sent: string;
  /** When the proxy was last seen with another nonce; undefined if it never was. */
  readonly after: Instant | undefined;
}

const keyOf = ({ cluster, id }: ProxySync, type: XdsType): string => `${cluster}/${id}/${type}`;

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

/** Changes exactly when a page has something new to show besides ages. */
const newsOf = ({ proxies, istiods, error }: SyncSnapshot): string =>
  JSON.stringify([
    proxies.map(({ id, istiod, version, types }) => [id, istiod, version, types]),
    istiods.map((state) => [state.name, state.error?.message]),
    error?.message,
  ]);
