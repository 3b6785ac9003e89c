import { between, type Instant, seconds } from "@/lib/base/units";
import type { ConfigDump } from "@/lib/xds/config-dump";
import type { Envoy, EnvoyPod } from "../envoy/envoy-client";
import type { Clock } from "../ports";

/** What one Envoy said of itself. */
export interface ProxyDump {
  readonly dump: ConfigDump;
  /** `/clusters?format=json`, as Envoy prints it. */
  readonly clusters: unknown;
  readonly at: Instant;
}

/** The dumps of proxies, shared by all who look at the same proxy. */
export interface ProxyDumps {
  /** A dump that is at most a second old. @throws AppError when the proxy does not answer */
  of(pod: EnvoyPod): Promise<ProxyDump>;
  close(): void;
}

/** Turning pages and tabs within this time costs the proxy nothing. */
const FRESH = seconds(1);
/** Parsed dumps are large: only those that somebody looks at are kept. */
const MAX_KEPT = 4;
const KEPT_FOR = seconds(30);

interface Kept {
  readonly askedAt: Instant;
  readonly dump: Promise<ProxyDump>;
  done: boolean;
}

/** Asks each proxy at most once a second, whoever and however many look. */
export function proxyDumps({ envoy, clock }: { envoy: Envoy; clock: Clock }): ProxyDumps {
  const stop = new AbortController();
  const kept = new Map<string, Kept>();

  async function read(pod: EnvoyPod): Promise<ProxyDump> {
    const [dump, clusters] = await Promise.all([
      envoy.configDump(pod, stop.signal),
      envoy.clusters(pod, stop.signal),
    ]);
    return { dump, clusters, at: clock.now() };
  }

  function forgetOld(now: Instant): void {
    for (const [key, { askedAt, done }] of kept) {
      if (done && (between(askedAt, now) > KEPT_FOR || kept.size > MAX_KEPT)) kept.delete(key);
    }
  }

  return {
    of(pod) {
      const now = clock.now();
      const key = `${pod.namespace}/${pod.name}`;
      const known = kept.get(key);
      if (known && (!known.done || between(known.askedAt, now) < FRESH)) return known.dump;
      kept.delete(key);
      const entry: Kept = { askedAt: now, dump: read(pod), done: false };
      kept.set(key, entry);
      entry.dump.then(
        () => {
          entry.done = true;
          forgetOld(clock.now());
        },
        // A failure is told to those who asked; the next one asks again.
        () => kept.delete(key),
      );
      return entry.dump;
    },
    close() {
      stop.abort(new Error("the server stops"));
      kept.clear();
    },
  };
}
