import { AppError } from "@/lib/base/errors";
import { between, type Instant, seconds } from "@/lib/base/units";
import type { Envoy, EnvoyPod } from "../envoy/envoy-client";
import type { Clock } from "../ports";

/** How large a proxy's configuration is, or why it cannot be told. */
export interface ConfigSize {
  /** `pod.namespace` */
  readonly id: string;
  /** Bytes of its dump, endpoints included; `null` where the proxy did not answer. */
  readonly bytes: number | null;
  readonly at: Instant;
  readonly problem: string | undefined;
}

/** Sizes of configurations, measured when somebody asks and shared by all who do. */
export interface ConfigSizes {
  of(pods: readonly EnvoyPod[]): Promise<readonly ConfigSize[]>;
  close(): void;
}

/** A dump is the whole configuration: no more than these are on their way at once. */
const AT_ONCE = 4;
/** A configuration changes its size slowly. */
const FRESH = seconds(300);
const MAX_KEPT = 20_000;

/** Measures through the admin pages of Envoys, a few at a time. */
export function configSizes({ envoy, clock }: { envoy: Envoy; clock: Clock }): ConfigSizes {
  const stop = new AbortController();
  const kept = new Map<string, { readonly askedAt: Instant; readonly size: Promise<ConfigSize> }>();
  const waiting: (() => void)[] = [];
  let running = 0;

  async function inTurn<T>(act: () => Promise<T>): Promise<T> {
    if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
    running += 1;
    try {
      return await act();
    } finally {
      running -= 1;
      waiting.shift()?.();
    }
  }

  async function measure(pod: EnvoyPod): Promise<ConfigSize> {
    const id = `${pod.name}.${pod.namespace}`;
    try {
      const bytes = await inTurn(() => envoy.configSize(pod, stop.signal));
      return { id, bytes, at: clock.now(), problem: undefined };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return { id, bytes: null, at: clock.now(), problem: error.message };
    }
  }

  return {
    of: (pods) =>
      Promise.all(
        pods.map((pod) => {
          const key = `${pod.namespace}/${pod.name}`;
          const now = clock.now();
          const known = kept.get(key);
          if (known && between(known.askedAt, now) < FRESH) return known.size;
          if (kept.size >= MAX_KEPT) kept.clear();
          const size = measure(pod);
          kept.set(key, { askedAt: now, size });
          // Who did not answer is asked again by the next who looks.
          void size.then(
            ({ bytes }) => bytes === null && kept.delete(key),
            () => kept.delete(key),
          );
          return size;
        }),
      ),
    close() {
      stop.abort(new AppError("unavailable", "the server stops"));
    },
  };
}
