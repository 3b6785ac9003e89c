import type { KindId } from "@/lib/istio/kinds";
import type { LiveEvent } from "@/server/ports";

/** What a query can listen to: `mesh` is any object, `mesh:VirtualService` one kind. */
export type LiveTopic = LiveEvent["topic"] | `mesh:${KindId}`;

declare module "@tanstack/react-query" {
  interface Register {
    queryMeta: {
      /** The query is asked again when one of these topics changes; its data is fresh until then. */
      live?: readonly LiveTopic[];
      /** It is asked again not sooner than after so long, in ms; 250 unless it says otherwise. */
      restMs?: number;
    };
  }
}

/** The topics of one event; undefined for `reset`, after which everything may be old. */
export function topicsOf(
  event: LiveEvent | { readonly topic: "reset" },
): readonly LiveTopic[] | undefined {
  if (event.topic === "reset") return undefined;
  return event.topic === "mesh"
    ? ["mesh", ...event.kinds.map((kind) => `mesh:${kind}` as const)]
    : [event.topic];
}
