import { AppError } from "@/lib/base/errors";
import { millis, seconds } from "@/lib/base/units";
import { isRecord } from "@/lib/k8s/json-value";
import type { Notice } from "@/lib/rollout/notice";
import { phaseOf } from "@/lib/rollout/public-phase";
import { currentShare } from "@/lib/rollout/transition";
import type { Logger } from "../log";
import type { Clock, MeshStore } from "../ports";
import { type Receiver, receiversOf } from "./receivers";
import { keyOf, type RolloutRecord, type RolloutRef } from "./rollout-store";
import type { RolloutNews } from "./rollout-transitions";

const TIMEOUT = seconds(5);
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;
/** What could not be delivered for so long is of use to nobody any more. */
const TOO_LATE = seconds(24 * 3600);
/** More of one rollout that wait than this are dropped, the oldest first: a status has its limits. */
const MOST_WAITING = 50;

/** How many notifications became what. */
export interface NotificationCounts {
  readonly sent: number;
  readonly failed: number;
  readonly dropped: number;
}

/** What came of one try. */
type Posted =
  | { readonly type: "sent" }
  | { readonly type: "failed"; readonly why: string; readonly isFinal: boolean };

/** Tells people's own systems of rollouts, at least once. */
export interface Notifications {
  /**
   * What waits to be delivered of a rollout, with the news that are about to be stored: it is stored
   * with them. What was delivered is left out.
   */
  outbox(record: RolloutRecord, news: readonly RolloutNews[]): readonly Notice[];
  /**
   * Delivers what a stored rollout holds, each notice once while this process lives. `mayTell` is
   * asked before each try: whoever does not lead any more tells nothing.
   */
  send(record: RolloutRecord, mayTell: () => boolean): void;
  /** Whether something that a stored rollout still holds was delivered. */
  isDelivered(record: RolloutRecord): boolean;
  /** Called when something of a rollout was delivered, until `signal` aborts. */
  onDelivered(listener: (ref: RolloutRef) => void, signal: AbortSignal): void;
  counts(): NotificationCounts;
  /** Ends what is under way. */
  close(): void;
}

/**
 * Posts each news as JSON to its receivers, to each of them one at a time and in order, again and
 * again for a day while it does not answer. What is stored with the status outlives this process, so
 * news may come twice where one ends between a delivery and the next write of the status, with the
 * same id. A URL may carry a secret: only its host is ever logged.
 */
export function notifications(
  needs: { readonly mesh: MeshStore; readonly clock: Clock; readonly log: Logger },
  send: typeof fetch = fetch,
): Notifications {
  const { clock, log } = needs;
  const stop = new AbortController();
  const counts = { sent: 0, failed: 0, dropped: 0 };
  /** Of each rollout's notices by id, whether they are done with. */
  const known = new Map<string, Map<string, { isDone: boolean }>>();
  const queues = new Map<string, Promise<unknown>>();
  const listeners = new Set<(ref: RolloutRef) => void>();

  async function post(receiver: Receiver, body: string): Promise<Posted> {
    try {
      const response = await send(receiver.url, {
        method: "POST",
        headers: { "content-type": "application/json", "user-agent": "quarterdeck" },
        body,
        // A receiver that sends us on might send the secret in the URL on, too.
        redirect: "error",
        signal: AbortSignal.any([stop.signal, AbortSignal.timeout(TIMEOUT)]),
      });
      await response.body?.cancel();
      const { ok, status } = response;
      if (ok) return { type: "sent" };
      // What it will not take it will not take again; only haste and its own faults pass.
      const isFinal = status < 500 && status !== 429 && status !== 408;
      return { type: "failed", why: `HTTP ${status}`, isFinal };
    } catch (error) {
      return { type: "failed", why: reasonOf(error), isFinal: false };
    }
  }

  /** Whether it was told, or never will be; not where somebody else is to tell it. */
  async function deliver(
    receiver: Receiver,
    { notice, body }: { readonly notice: Notice; readonly body: string },
    mayTell: () => boolean,
  ): Promise<boolean> {
    const { host } = receiver.url;
    for (let wait = FIRST_WAIT_MS; mayTell() && !stop.signal.aborted; wait *= 2) {
      const outcome = await post(receiver, body);
      if (outcome.type === "sent") {
        counts.sent += 1;
        return true;
      }
      const { why } = outcome;
      if (outcome.isFinal || clock.now() - notice.at > TOO_LATE) {
        counts.failed += 1;
        log.warn({ host, notification: notice.id, why }, "a notification was not delivered");
        return true;
      }
      if (wait === FIRST_WAIT_MS) {
        log.info({ host, notification: notice.id, why }, "a notification waits");
      }
      await clock.sleep(millis(Math.min(wait, LONGEST_WAIT_MS)), stop.signal).catch(() => {});
    }
    return false;
  }

  /** Behind whatever the receiver is to be told before. */
  function queue<T>({ url }: Receiver, task: () => Promise<T>): Promise<T> {
    const last = queues.get(url.href) ?? Promise.resolve();
    const next = last.then(task);
    queues.set(url.href, next);
    return next.finally(() => {
      if (queues.get(url.href) === next) queues.delete(url.href);
    });
  }

  const isDone = (ref: RolloutRef, { id }: Notice) => known.get(keyOf(ref))?.get(id)?.isDone;
  const asksFor = ({ events }: Receiver, { event }: Notice) => !events || events.has(event);

  async function tell(
    record: RolloutRecord,
    notice: Notice,
    mayTell: () => boolean,
  ): Promise<boolean> {
    const receivers = receiversOf(record, needs).filter((each) => asksFor(each, notice));
    const body = JSON.stringify(payloadOf(record, notice));
    const told = await Promise.all(
      receivers.map((each) => queue(each, () => deliver(each, { notice, body }, mayTell))),
    );
    return told.every(Boolean);
  }

  return {
    outbox(record, news) {
      const { ref, status } = record;
      const waiting = status.outbox.filter((notice) => !isDone(ref, notice));
      if (news.length === 0) return waiting;
      const receivers = receiversOf(record, needs);
      const fresh = news
        .map((each) => noticeOf(record, each))
        .filter((notice) => receivers.some((each) => asksFor(each, notice)));
      const all = [...waiting, ...fresh];
      counts.dropped += Math.max(0, all.length - MOST_WAITING);
      return all.slice(-MOST_WAITING);
    },
    send(record, mayTell) {
      const { ref, status } = record;
      const own = known.get(keyOf(ref)) ?? new Map<string, { isDone: boolean }>();
      for (const [id, state] of own) {
        // Forgotten once the cluster has forgotten it: until then it might be told again.
        if (state.isDone && !status.outbox.some((notice) => notice.id === id)) own.delete(id);
      }
      for (const notice of status.outbox) {
        if (own.has(notice.id)) continue;
        const state = { isDone: false };
        own.set(notice.id, state);
        tell(record, notice, mayTell)
          .then((isTold) => {
            state.isDone = isTold;
            if (!isTold) own.delete(notice.id);
            else for (const listener of listeners) listener(ref);
          })
          .catch((err: unknown) => log.error({ err }, "notifications failed by a bug"));
      }
      if (own.size > 0) known.set(keyOf(ref), own);
      else known.delete(keyOf(ref));
    },
    isDelivered: ({ ref, status }) => status.outbox.some((notice) => isDone(ref, notice)),
    onDelivered(listener, signal) {
      listeners.add(listener);
      signal.addEventListener("abort", () => listeners.delete(listener), { once: true });
    },
    counts: () => ({ ...counts }),
    close: () => stop.abort(new AppError("unavailable", "the server stops")),
  };
}

function noticeOf({ rollout, status }: RolloutRecord, news: RolloutNews): Notice {
  const { phase, reason, step } = phaseOf(status);
  return {
    id: news.id,
    event: news.reason,
    severity: news.level === "Warning" ? "warning" : "info",
    message: news.message,
    by: news.who,
    at: news.at,
    phase,
    reason,
    step: step + 1,
    steps: rollout.spec.steps.length,
    share: currentShare(status),
  };
}

const payloadOf = ({ ref, rollout }: RolloutRecord, notice: Notice) => ({
  ...notice,
  id: `${keyOf(ref)}/${notice.id}`,
  rollout: { namespace: ref.namespace, name: ref.name },
  service: rollout.spec.target.host,
  at: new Date(notice.at).toISOString(),
});

/** Why a request failed, without its URL. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "it failed";
  if (error.name === "TimeoutError") return `no answer within ${TIMEOUT / 1000} s`;
  const { cause } = error;
  return isRecord(cause) && typeof cause["code"] === "string" ? cause["code"] : error.name;
}
