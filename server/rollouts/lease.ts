import { AppError } from "@/lib/base/errors";
import { between, type Instant, millis, seconds } from "@/lib/base/units";
import { preferredApiVersion } from "@/lib/istio/kinds";
import { isRecord } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import type { Random } from "../clock";
import type { Logger } from "../log";
import type { Clock, Cluster } from "../ports";

// As client-go's leader election is usually set: 15 s, 10 s, 2 s.
const DURATION_SECONDS = 15;
const RENEW_DEADLINE = seconds(10);
const RETRY = seconds(2);

/** The right to drive, while it lasts. */
export interface Leadership {
  /** Grows with each change of holder. */
  readonly epoch: number;
  /** Aborts when the right is lost. */
  readonly signal: AbortSignal;
  /** Whether a write may still be sent: the Lease was renewed within the last 10 s. */
  mayWrite(): boolean;
}

/** Who drives, as this replica knows it. */
export interface LeaseState {
  readonly holder: string | undefined;
  readonly leading: boolean;
  /** When the holder last renewed, as far as this replica saw. */
  readonly renewedAt: Instant | undefined;
  /** Why the Lease cannot be had; undefined when all is well. */
  readonly problem: string | undefined;
}

/** A running election. */
export interface Election {
  state(): LeaseState;
  /** Stops, and gives the Lease back so that another replica need not wait for it to run out. */
  close(): Promise<void>;
}

interface Needs {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/**
 * Takes part in the election for a Lease, and calls `lead` each time it is won.
 *
 * Whether a holder is gone is judged by how long its record has not changed here, never by its own
 * clock. Source: client-go tools/leaderelection.
 */
export function leaseElection(
  needs: Needs,
  lease: { readonly namespace: string; readonly name: string; readonly identity: string },
  lead: (leadership: Leadership) => void,
): Election {
  const { cluster, clock, random, log } = needs;
  const { namespace, name, identity } = lease;
  const ref = { kind: "Lease" as const, namespace, name };
  const stop = new AbortController();
  let seen: { readonly record: string; readonly at: Instant } | undefined;
  let held:
    { readonly controller: AbortController; renewedAt: Instant; object: KubeObject } | undefined;
  let state: LeaseState = {
    holder: undefined,
    leading: false,
    renewedAt: undefined,
    problem: undefined,
  };

  const specFor = (transitions: number, acquireTime: string) => ({
    holderIdentity: identity,
    leaseDurationSeconds: DURATION_SECONDS,
    acquireTime,
    renewTime: microTime(clock.now()),
    leaseTransitions: transitions,
  });

  async function current(): Promise<KubeObject | undefined> {
    try {
      return await cluster.get(ref, stop.signal);
    } catch (error) {
      if (error instanceof AppError && error.code === "not-found") return undefined;
      throw error;
    }
  }

  function expired(object: KubeObject): boolean {
    const { holderIdentity } = specOf(object);
    if (!holderIdentity) return true;
    const record = JSON.stringify(object["spec"]);
    if (seen?.record !== record) seen = { record, at: clock.now() };
    return between(seen.at, clock.now()) >= seconds(DURATION_SECONDS);
  }

  /** How long the holder's record is good for yet: who waits longer leaves rollouts alone longer. */
  function untilFree(): number {
    const left = seen ? DURATION_SECONDS * 1000 - between(seen.at, clock.now()) : RETRY;
    return left > 0 ? left : RETRY;
  }

  async function acquire(): Promise<void> {
    const now = microTime(clock.now());
    const object = await current();
    if (!object) {
      const created = await cluster.create({
        apiVersion: preferredApiVersion("Lease"),
        kind: "Lease",
        metadata: { name, namespace },
        spec: specFor(1, now),
      });
      won(created.object, 1);
      return;
    }
    const { holderIdentity, leaseTransitions } = specOf(object);
    if (!expired(object)) {
      state = { holder: holderIdentity, leading: false, renewedAt: seen?.at, problem: undefined };
      return;
    }
    const epoch = leaseTransitions + 1;
    const taken = await cluster.replace({ ...object, spec: specFor(epoch, now) });
    won(taken.object, epoch);
  }

  function won(object: KubeObject, epoch: number): void {
    const controller = new AbortController();
    const mine = { controller, renewedAt: clock.now(), object };
    held = mine;
    state = { holder: identity, leading: true, renewedAt: mine.renewedAt, problem: undefined };
    log.info({ identity, epoch }, "drives rollouts");
    lead({
      epoch,
      signal: controller.signal,
      mayWrite: () =>
        !controller.signal.aborted && between(mine.renewedAt, clock.now()) < RENEW_DEADLINE,
    });
  }

  async function renew(mine: NonNullable<typeof held>): Promise<void> {
    const { acquireTime, leaseTransitions } = specOf(mine.object);
    const sentAt = clock.now();
    const renewed = await cluster.replace(
      { ...mine.object, spec: specFor(leaseTransitions, acquireTime) },
      { signal: stop.signal },
    );
    mine.object = renewed.object;
    // Counted from before the request, so that we never think it lasts longer than others do.
    mine.renewedAt = sentAt;
    state = { ...state, renewedAt: sentAt, problem: undefined };
  }

  function lose(why: string): void {
    held?.controller.abort(new Error(why));
    held = undefined;
    seen = undefined;
    state = { ...state, leading: false, problem: why };
    log.warn({ identity, why }, "no longer drives rollouts");
  }

  async function turn(): Promise<void> {
    try {
      if (held) await renew(held);
      else await acquire();
    } catch (error) {
      if (stop.signal.aborted) return;
      if (!(error instanceof AppError)) throw error;
      if (held && error.code === "conflict") lose("another replica took the Lease");
      else if (held && between(held.renewedAt, clock.now()) >= RENEW_DEADLINE) lose(error.message);
      else if (!held && error.code !== "conflict") state = { ...state, problem: error.message };
    }
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      await turn();
      const wait = held ? RETRY : millis(Math.min(RETRY + Math.round(random() * 400), untilFree()));
      await clock.sleep(wait, stop.signal).catch(() => undefined);
    }
  }
  const running = run().catch((err: unknown) => {
    log.error({ err }, "the election for rollouts ended by a bug");
    lose("the election failed");
  });

  return {
    state: () => state,
    async close() {
      const mine = held;
      stop.abort(new Error("the server stops"));
      held?.controller.abort(new Error("the server stops"));
      held = undefined;
      await running;
      if (!mine) return;
      const spec = isRecord(mine.object["spec"]) ? mine.object["spec"] : {};
      await cluster
        .replace({ ...mine.object, spec: { ...spec, holderIdentity: "" } })
        .catch((error: unknown) => {
          // The others wait 15 s then; nothing more can be done on the way out.
          log.warn({ err: error }, "the Lease was not given back");
        });
    },
  };
}

interface LeaseSpec {
  readonly holderIdentity: string | undefined;
  readonly acquireTime: string;
  readonly leaseTransitions: number;
}

function specOf(object: KubeObject): LeaseSpec {
  const spec = isRecord(object["spec"]) ? object["spec"] : {};
  const { holderIdentity, acquireTime, leaseTransitions } = spec;
  return {
    holderIdentity: typeof holderIdentity === "string" ? holderIdentity : undefined,
    acquireTime: typeof acquireTime === "string" ? acquireTime : "",
    leaseTransitions: typeof leaseTransitions === "number" ? leaseTransitions : 0,
  };
}

/** A MicroTime of meta/v1: always six digits after the point. */
const microTime = (at: Instant): string => new Date(at).toISOString().replace("Z", "000Z");
