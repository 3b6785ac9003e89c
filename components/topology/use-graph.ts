"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNamespaceScope } from "@/components/layout/use-namespace-scope";
import { useTRPC } from "@/components/trpc/client";
import type { TopologyState } from "./use-topology-state";

/** Objects that the graph is drawn from besides telemetry. */
const OBJECTS = [
  "mesh:VirtualService",
  "mesh:DestinationRule",
  "mesh:Gateway",
  "mesh:ServiceEntry",
  "mesh:PeerAuthentication",
  "mesh:Service",
  "mesh:Pod",
] as const;

/**
 * The live graph. It is renewed when the server has read new telemetry, and when objects change
 * that it shows. While another window or scope loads, the graph before stays.
 */
export function useGraph({ window, type }: Pick<TopologyState, "window" | "type">) {
  const trpc = useTRPC();
  const namespaces = [...useNamespaceScope()].sort();
  const input = { type, namespaces, ...(window === null ? {} : { windowSeconds: window }) };
  return useQuery(
    trpc.topology.graph.queryOptions(input, {
      placeholderData: keepPreviousData,
      meta: { live: ["graph", ...OBJECTS] },
    }),
  );
}
