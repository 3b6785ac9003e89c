import { AppError } from "@/lib/base/errors";
import { type KindId, kindInfo } from "@/lib/istio/kinds";
import type { Logger } from "../log";
import { type Reflection, reflect, type ReflectorNeeds } from "./reflect";

/** Each takes a list and a watch of every kind: more would be too much for an API server. */
const MOST_NAMESPACES = 40;

/** How a kind is doing where it is read by namespace. */
interface NamespaceStates {
  readonly connecting: readonly string[];
  readonly read: readonly string[];
  readonly refused: readonly string[];
  /** Not even asked for, because there are too many. */
  readonly left: readonly string[];
}

/** The mirrors of one kind, a namespace each. */
export interface NamespaceMirrors {
  /** Starts those of namespaces that are new, and ends those of namespaces that are gone. */
  follow(namespaces: readonly string[]): void;
  states(): NamespaceStates;
  close(): void;
}

interface Mirror {
  readonly stop: AbortController;
  state: "connecting" | "read" | "refused";
}

/**
 * Mirrors a kind where its list of all namespaces is refused: in each namespace by itself, as far as
 * that is allowed. `take` is told what comes of each, `gone` that one is no longer read.
 */
export function namespaceMirrors(
  kind: KindId,
  needs: ReflectorNeeds & { readonly log: Logger },
  on: {
    readonly take: (namespace: string, reflection: Exclude<Reflection, { type: "failed" }>) => void;
    readonly failed: (namespace: string, error: AppError) => void;
    readonly gone: (namespace: string) => void;
  },
): NamespaceMirrors {
  const mirrors = new Map<string, Mirror>();
  let left: readonly string[] = [];

  async function run(namespace: string, mirror: Mirror): Promise<void> {
    const { signal } = mirror.stop;
    try {
      for await (const reflection of reflect(kind, needs, signal, namespace)) {
        if (signal.aborted) return;
        if (reflection.type !== "failed") {
          mirror.state = "read";
          on.take(namespace, reflection);
        } else if (reflection.error.code !== "expired") {
          // What an API server that starts refuses for a moment is kept.
          const refused = reflection.error.code === "forbidden" && !reflection.doubted;
          if (refused || mirror.state === "connecting") mirror.state = "refused";
          if (refused) on.gone(namespace);
          on.failed(namespace, reflection.error);
        }
      }
    } catch (err) {
      if (!signal.aborted) needs.log.error({ err, kind, namespace }, "a mirror failed");
    }
  }

  return {
    follow(namespaces) {
      const wanted = new Set(namespaces.slice(0, MOST_NAMESPACES));
      left = namespaces.slice(MOST_NAMESPACES);
      for (const [namespace, { stop }] of mirrors) {
        if (wanted.has(namespace)) continue;
        stop.abort();
        mirrors.delete(namespace);
        on.gone(namespace);
      }
      for (const namespace of wanted) {
        if (mirrors.has(namespace)) continue;
        const mirror: Mirror = { stop: new AbortController(), state: "connecting" };
        mirrors.set(namespace, mirror);
        void run(namespace, mirror);
      }
    },
    states() {
      const of = (state: Mirror["state"]) =>
        [...mirrors].flatMap(([namespace, mirror]) => (mirror.state === state ? [namespace] : []));
      return { connecting: of("connecting"), read: of("read"), refused: of("refused"), left };
    },
    close() {
      for (const { stop } of mirrors.values()) stop.abort();
      mirrors.clear();
    },
  };
}

/** Where a kind is not read, in a sentence. */
export function readInPart(
  kind: KindId,
  { read, refused, left }: NamespaceStates,
  refusal: AppError,
): AppError {
  const missing = [...refused, ...left];
  const named = missing.slice(0, 3).join(", ");
  const more = missing.length > 3 ? ` and ${missing.length - 3} others` : "";
  const where = missing.length > 0 ? `, not in ${named}${more}` : "";
  return new AppError(
    "forbidden",
    `${kindInfo(kind).plural} may not be listed in the whole cluster; they are read in ` +
      `${read.length === 1 ? "1 namespace" : `${read.length} namespaces`}${where}`,
    { cause: refusal, ...(refusal.hint === undefined ? {} : { hint: refusal.hint }) },
  );
}
