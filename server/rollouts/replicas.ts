import { createHash } from "node:crypto";
import { AppError } from "@/lib/base/errors";
import { millis, seconds } from "@/lib/base/units";
import type { KubeObject } from "@/lib/k8s/object";
import type { Random } from "../clock";
import type { Logger } from "../log";
import type { Clock, Cluster } from "../ports";
import { leaderSpec, leaseRecord, microTime } from "./leader-record";

const LABEL = "quarterdeck.dev/replica";
const RENEW = seconds(5);
/** A replica that has not renewed for so long takes part no more. */
const ALIVE = seconds(15);
/** Its Lease is then of no use to anybody. */
const FORGOTTEN = seconds(60);

/** Which replicas are there. */
export interface Replicas {
  /** Identities of the others that were seen to renew; empty where nobody may know. */
  others(): readonly string[];
  close(): Promise<void>;
}

/**
 * Tells the other replicas that this one is there, by a Lease of its own, and knows which of them are.
 * Only who was seen to renew counts: a Lease may be left from a process that was killed. Without the
 * right to list Leases nobody is known.
 */
export function replicas(
  needs: {
    readonly cluster: Cluster;
    readonly clock: Clock;
    readonly random: Random;
    readonly log: Logger;
    readonly monotonic?: (() => number) | undefined;
  },
  { namespace, identity }: { readonly namespace: string; readonly identity: string },
): Replicas {
  const { cluster, clock, random, log } = needs;
  const monotonic = needs.monotonic ?? (() => performance.now());
  const digest = createHash("sha256").update(identity).digest("hex").slice(0, 16);
  const name = `quarterdeck-replica-${digest}`;
  const stop = new AbortController();
  const seen = new Map<string, Sight>();
  let own: KubeObject | undefined;
  let isTold = false;

  async function renew(): Promise<void> {
    const now = microTime(clock.now());
    const blank = leaseRecord.blank(name, namespace);
    const object = own ?? {
      ...blank,
      metadata: { ...blank.metadata, labels: { [LABEL]: "true" } },
    };
    const spec = { holderIdentity: identity, leaseDurationSeconds: ALIVE / 1000, renewTime: now };
    const next = leaseRecord.with(object, spec);
    const options = { signal: stop.signal };
    const written = await (own ? cluster.replace(next, options) : cluster.create(next, options));
    own = written.object;
  }

  async function look(): Promise<void> {
    const labelSelector = `${LABEL}=true`;
    const { items } = await cluster.list("Lease", {
      namespace,
      labelSelector,
      signal: stop.signal,
    });
    const at = monotonic();
    const there = new Set(items.map(({ metadata }) => metadata.name));
    for (const gone of [...seen.keys()].filter((each) => !there.has(each))) seen.delete(gone);
    for (const object of items) {
      if (object.metadata.name === name) continue;
      const version = object.metadata.resourceVersion ?? "";
      const before = seen.get(object.metadata.name);
      const identityOf = leaderSpec(leaseRecord.raw(object)).holderIdentity ?? "";
      if (!before || before.version !== version) {
        const renewedAt = before ? at : undefined;
        seen.set(object.metadata.name, { identity: identityOf, version, at, renewedAt });
      } else if (at - before.at > FORGOTTEN) {
        await forget(object);
      }
    }
  }

  async function forget({ metadata }: KubeObject): Promise<void> {
    const { resourceVersion } = metadata;
    await cluster.delete(
      { kind: "Lease", namespace, name: metadata.name },
      resourceVersion === undefined ? {} : { resourceVersion },
    );
    seen.delete(metadata.name);
  }

  async function turn(): Promise<void> {
    try {
      await renew();
      await look();
    } catch (error) {
      if (stop.signal.aborted) return;
      if (!(error instanceof AppError)) throw error;
      // Another wrote or took away our Lease, or it is there from before: it is made anew.
      if (error.code === "conflict" || error.code === "not-found") own = await current();
      if (error.code !== "forbidden" || isTold) return;
      isTold = true;
      log.info({ err: error }, "replicas are not counted, so rollouts stay with whom they are");
    }
  }

  async function current(): Promise<KubeObject | undefined> {
    return cluster.get({ kind: "Lease", namespace, name }, stop.signal).catch(() => undefined);
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      await turn();
      const wait = millis(RENEW + Math.round(random() * 500));
      await clock.sleep(wait, stop.signal).catch(() => undefined);
    }
  }
  const running = run().catch((err: unknown) => {
    log.error({ err }, "replicas are no longer counted, by a bug");
  });

  return {
    others: () =>
      [...seen.values()].flatMap(({ renewedAt, identity: other }) =>
        renewedAt !== undefined && monotonic() - renewedAt < ALIVE ? [other] : [],
      ),
    async close() {
      stop.abort(new AppError("unavailable", "the server stops"));
      await running;
      if (!own) return;
      await cluster.delete({ kind: "Lease", namespace, name }).catch((err: unknown) => {
        // The others forget it after a while.
        log.warn({ err }, "the Lease of this replica was not deleted");
      });
    },
  };
}

interface Sight {
  readonly identity: string;
  readonly version: string;
  /** When this version was first seen. */
  readonly at: number;
  /** When it was last seen to change; undefined for one that has never been. */
  readonly renewedAt: number | undefined;
}
