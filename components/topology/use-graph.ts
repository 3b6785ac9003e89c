"use client";

import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNamespaceScope } from "@/components/layout/use-namespace-scope";
import { useTRPC, useTRPCClient } from "@/components/trpc/client";
import { type Difference, withDifference } from "@/lib/base/difference";
import type { GraphReply } from "@/server/topology/graph-versions";
import type { GraphReading } from "@/server/topology/topology-service";
import type { ShownError } from "@/components/ui/error-state";
import { graphQuestion, wholeQuestion } from "./graph-question";
import type { TopologyState } from "./use-topology-state";

/** Objects that the graph is drawn from besides telemetry. */
const OBJECTS = [
  "mesh:VirtualService",
  "mesh:DestinationRule",
  "mesh:Gateway",
  "mesh:ServiceEntry",
  "mesh:PeerAuthentication",
  "mesh:AuthorizationPolicy",
  "mesh:HTTPRoute",
  "mesh:Service",
  "mesh:Pod",
] as const;

/** What changed of a graph is little, and made once for all tabs: an operator need not wait for it. */
const REST_MS = 80;

/** A graph that this tab holds, and which version it is. */
interface HeldGraph {
  readonly version: string;
  readonly reading: GraphReading;
}

/**
 * The live graph. It is renewed when the server has read new telemetry, and when objects change
 * that it shows; what comes then is only what changed. While another window or part of it loads, the
 * graph before stays. Tables come by pages, in the order that is asked for; pictures fold what is too
 * much.
 */
export function useGraph(state: TopologyState) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const cache = useQueryClient();
  const question = graphQuestion(state, useNamespaceScope());
  const queryKey = trpc.topology.follow.queryKey(question);
  const query = useQuery<HeldGraph, ShownError>({
    queryKey,
    queryFn: async ({ signal }) => {
      const held = cache.getQueryData<HeldGraph>(queryKey);
      const ask = (since: string | undefined) =>
        client.topology.follow.query(
          { ...question, ...(since === undefined ? {} : { since }) },
          { signal },
        );
      return (
        renewed(held, await ask(held?.version)) ??
        renewed(undefined, await ask(undefined)) ??
        missing()
      );
    },
    placeholderData: keepPreviousData,
    // What did not change is the same object already.
    structuralSharing: false,
    meta: { live: ["graph", "proxies", ...OBJECTS], restMs: REST_MS },
  });
  return { ...query, data: query.data?.reading };
}

/** Reads, once, all that the URL finds: of tables every row, and not the page that is shown. */
export function useWholeGraph(state: TopologyState): () => Promise<GraphReading> {
  const client = useTRPCClient();
  const scope = useNamespaceScope();
  return () => client.topology.graph.query(wholeQuestion(state, scope));
}

/** What a tab holds after a reply; undefined where the reply is about something else. */
function renewed(held: HeldGraph | undefined, reply: GraphReply): HeldGraph | undefined {
  const { version, reading, difference } = reply;
  if (reading !== undefined) return { version, reading: JSON.parse(reading) as GraphReading };
  if (!held) return undefined;
  if (difference === undefined) return { ...held, version };
  try {
    const change = JSON.parse(difference) as Difference;
    return { version, reading: withDifference(held.reading, change) as GraphReading };
  } catch {
    return undefined;
  }
}

function missing(): never {
  throw new TypeError("the server told a change of a graph that it was not asked for");
}
