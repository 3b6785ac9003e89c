import { AppError } from "@/lib/base/errors";
import { millis, seconds } from "@/lib/base/units";
import { isRecord } from "@/lib/k8s/json-value";
import { phaseOf } from "@/lib/rollout/public-phase";
import { currentShare } from "@/lib/rollout/transition";
import type { Logger } from "../log";
import type { Clock, MeshStore } from "../ports";
import type { RolloutRecord } from "./rollout-store";
import type { RolloutNews } from "./rollout-transitions";

/** ConfigMap of a namespace that says who is told of its rollouts: `url`, and `events` if not all. */
const CONFIG = "quarterdeck-notifications";
const ROOT_NAMESPACE = "istio-system";
const TIMEOUT = seconds(5);
const TRIES = 4;
const FIRST_WAIT_MS = 1000;
/** More that wait than this are dropped: a receiver that hangs must not fill the memory. */
const MOST_WAITING = 100;

/** Where notifications go. */
export interface Receiver {
  readonly url: URL;
  /** Reasons, such as `RolloutRolledBack`, that are told; all where undefined. */
  readonly events: ReadonlySet<string> | undefined;
}

/** How many notifications became what. */
export interface NotificationCounts {
  readonly sent: number;
  readonly failed: number;
  readonly dropped: number;
}

/** Tells people's own systems of rollouts. */
export interface Notifications {
  tell(record: RolloutRecord, news: readonly RolloutNews[]): void;
  counts(): NotificationCounts;
  /** Ends what is under way. */
  close(): void;
}

/**
 * Posts each news as JSON to whom the plan names, and to the receiver of the rollout's namespace, or
 * else of the root namespace: one at a time and in order, at most four times over about seven seconds. A URL may
 * carry a secret: only its host is ever logged.
 */
export function notifications(
  { mesh, clock, log }: { readonly mesh: MeshStore; readonly clock: Clock; readonly log: Logger },
  send: typeof fetch = fetch,
): Notifications {
  const stop = new AbortController();
  const counts = { sent: 0, failed: 0, dropped: 0 };
  let waiting = 0;
  let last: Promise<void> = Promise.resolve();

  async function deliver(receiver: Receiver, body: string, id: string): Promise<void> {
    let why = "";
    for (let tries = 1; tries <= TRIES && !stop.signal.aborted; tries += 1) {
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
        if (response.ok) {
          counts.sent += 1;
          return;
        }
        why = `HTTP ${response.status}`;
        // What it will not take it will not take again; only haste and its own faults pass.
        if (response.status < 500 && response.status !== 429) break;
      } catch (error) {
        why = reasonOf(error);
      }
      if (tries < TRIES) {
        await clock
          .sleep(millis(FIRST_WAIT_MS * 2 ** (tries - 1)), stop.signal)
          .catch(() => undefined);
      }
    }
    counts.failed += 1;
    log.warn(
      { host: receiver.url.host, notification: id, why },
      "a notification was not delivered",
    );
  }

  return {
    tell(record, news) {
      const receivers = [ownReceiver(record), receiverOf(mesh, record.ref.namespace, log)];
      for (const receiver of receivers) {
        if (!receiver) continue;
        for (const each of news) {
          if (receiver.events && !receiver.events.has(each.reason)) continue;
          if (waiting >= MOST_WAITING) {
            counts.dropped += 1;
            continue;
          }
          waiting += 1;
          const body = JSON.stringify(payloadOf(record, each));
          last = last
            .then(() => deliver(receiver, body, each.id))
            .finally(() => {
              waiting -= 1;
            });
        }
      }
    },
    counts: () => ({ ...counts }),
    close: () => stop.abort(new AppError("unavailable", "the server stops")),
  };
}

/** The receiver that the plan itself names; undefined where it names none. */
function ownReceiver({ rollout }: RolloutRecord): Receiver | undefined {
  const { url, events } = rollout.spec.notifications ?? {};
  return url === undefined ? undefined : { url: new URL(url), events: events && new Set(events) };
}

/** The receiver of a namespace's rollouts; undefined where there is none, or none that can be used. */
function receiverOf(mesh: MeshStore, namespace: string, log: Logger): Receiver | undefined {
  const view = mesh.view();
  const map =
    view.get("ConfigMap", namespace, CONFIG) ?? view.get("ConfigMap", ROOT_NAMESPACE, CONFIG);
  const data = isRecord(map?.["data"]) ? map["data"] : undefined;
  if (!data) return undefined;
  const { url, events } = data;
  const parsed = typeof url === "string" && URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol)) {
    const place = `ConfigMap ${map?.metadata.namespace ?? ""}/${CONFIG}`;
    log.warn({ place }, "its url is no http or https URL, so nobody is notified");
    return undefined;
  }
  const names = typeof events === "string" ? events.split(/[\s,]+/).filter(Boolean) : [];
  return { url: parsed, events: names.length > 0 ? new Set(names) : undefined };
}

function payloadOf({ ref, rollout, status }: RolloutRecord, news: RolloutNews) {
  const { phase, reason, step } = phaseOf(status);
  const { spec } = rollout;
  return {
    id: `${ref.namespace}/${ref.name}/${news.id}`,
    rollout: { namespace: ref.namespace, name: ref.name },
    service: spec.target.host,
    event: news.reason,
    severity: news.level === "Warning" ? "warning" : "info",
    message: news.message,
    by: news.who,
    at: new Date(news.at).toISOString(),
    phase,
    reason,
    step: step + 1,
    steps: spec.steps.length,
    share: currentShare(status),
  };
}

/** Why a request failed, without its URL. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "it failed";
  if (error.name === "TimeoutError") return `no answer within ${TIMEOUT / 1000} s`;
  const { cause } = error;
  return isRecord(cause) && typeof cause["code"] === "string" ? cause["code"] : error.name;
}
