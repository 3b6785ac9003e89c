import { AppError } from "@/lib/base/errors";
import { between, type Instant, seconds } from "@/lib/base/units";
import type { Envoy, EnvoyPod } from "../envoy/envoy-client";
import type { Clock } from "../ports";
import type { DumpAnswers, DumpQuestion } from "./dump-answers";
import type { DumpId, DumpReader, DumpTexts } from "./dump-reader";

/** An answer, and when the proxy said what it is made of. */
export interface DumpAnswer<Ask extends keyof DumpAnswers> {
  readonly answer: DumpAnswers[Ask];
  readonly at: Instant;
}

/** The dumps of proxies, shared by all who look at the same proxy. */
export interface ProxyDumps {
  /**
   * Asks what a proxy holds, by a dump that is at most a second old; a comparison is with `other`.
   * @throws AppError when a proxy does not answer
   */
  ask<Ask extends keyof DumpAnswers>(
    pod: EnvoyPod,
    question: Extract<DumpQuestion, { ask: Ask }>,
    other?: EnvoyPod,
  ): Promise<DumpAnswer<Ask>>;
  /** Compares with a dump that is held for this alone. @throws AppError */
  compareWith(
    pod: EnvoyPod,
    question: Extract<DumpQuestion, { ask: "compare" }>,
    texts: DumpTexts,
  ): Promise<DumpAnswer<"compare">>;
  close(): void;
}

/** Turning pages and tabs within this time costs the proxy nothing. */
const FRESH = seconds(1);
/** Dumps that were read are large: only those that somebody looks at are kept. */
const MAX_KEPT = 4;
const KEPT_FOR = seconds(30);

interface Held {
  readonly id: DumpId;
  readonly at: Instant;
}

interface Kept {
  readonly askedAt: Instant;
  readonly held: Promise<Held>;
  done: boolean;
}

/** Asks each proxy at most once a second, whoever and however many look. */
export function proxyDumps({
  envoy,
  clock,
  reader,
}: {
  envoy: Pick<Envoy, "texts">;
  clock: Clock;
  reader: DumpReader;
}): ProxyDumps {
  const stop = new AbortController();
  const kept = new Map<string, Kept>();
  const keyOf = ({ namespace, name }: EnvoyPod): string => `${namespace}/${name}`;

  async function read(pod: EnvoyPod): Promise<Held> {
    const texts = await envoy.texts(pod, stop.signal);
    const at = clock.now();
    return { id: await reader.hold({ from: "envoy", pod: pod.name, ...texts }), at };
  }

  function forget(key: string): void {
    const entry = kept.get(key);
    kept.delete(key);
    entry?.held.then(
      ({ id }) => reader.drop(id),
      () => undefined,
    );
  }

  function forgetOld(now: Instant): void {
    for (const [key, { askedAt, done }] of kept) {
      if (done && (between(askedAt, now) > KEPT_FOR || kept.size > MAX_KEPT)) forget(key);
    }
  }

  function of(pod: EnvoyPod): Promise<Held> {
    const now = clock.now();
    const key = keyOf(pod);
    const known = kept.get(key);
    if (known && (!known.done || between(known.askedAt, now) < FRESH)) return known.held;
    forget(key);
    const entry: Kept = { askedAt: now, held: read(pod), done: false };
    kept.set(key, entry);
    entry.held.then(
      () => {
        entry.done = true;
        forgetOld(clock.now());
      },
      // A failure is told to those who asked; the next one asks again.
      () => kept.get(key) === entry && kept.delete(key),
    );
    return entry.held;
  }

  /** What was held may be gone with its thread, or for a newer one: then it is asked for again. */
  async function again<T>(pods: readonly EnvoyPod[], act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof AppError && error.code === "expired")) throw error;
      for (const pod of pods) forget(keyOf(pod));
      return act();
    }
  }

  return {
    ask: <Ask extends keyof DumpAnswers>(
      pod: EnvoyPod,
      question: Extract<DumpQuestion, { ask: Ask }>,
      other?: EnvoyPod,
    ) =>
      again(other ? [pod, other] : [pod], async () => {
        const [held, second] = await Promise.all([of(pod), other && of(other)]);
        return { answer: await reader.ask<Ask>(held.id, question, second?.id), at: held.at };
      }),
    compareWith: (pod, question, texts) =>
      again([pod], async () => {
        const [held, other] = await Promise.all([of(pod), reader.hold(texts)]);
        try {
          return { answer: await reader.ask<"compare">(held.id, question, other), at: held.at };
        } finally {
          reader.drop(other);
        }
      }),
    close() {
      stop.abort(new Error("the server stops"));
      kept.clear();
      reader.close();
    },
  };
}
