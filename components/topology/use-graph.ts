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
  "mesh:AuthorizationPolicy",
  "mesh:HTTPRoute",
  "mesh:Service",
  "mesh:Pod",
] as const;

/**
 * The live graph. It is renewed when the server has read new telemetry, and when objects change
 * that it shows. While another window or part of it loads, the graph before stays. Tables hold all
 * services; pictures fold what is too much.
 */
export function useGraph(state: TopologyState) {
  const trpc = useTRPC();
  const namespaces = [...useNamespaceScope()].sort();
  const { window, type, view, open, closed, kept, find, mode, around, hops, to } = state;
  return useQuery(
    trpc.topology.graph.queryOptions(
      {
        type,
        namespaces,
        ...(window === null ? {} : { windowSeconds: window }),
        ...(find.trim() === "" ? {} : { find: { text: find.slice(0, 500), mode } }),
        ...(around === null ? {} : { around: { id: around, hops: clamp(hops, 1, 5) } }),
        ...(around === null || to === null ? {} : { pathTo: to }),
        ...(view === "table"
          ? {}
          : { fold: { opened: open, closed, kept: kept === null ? [] : [kept] } }),
      },
      { placeholderData: keepPreviousData, meta: { live: ["graph", ...OBJECTS] } },
    ),
  );
}

const clamp = (value: number, least: number, most: number): number =>
  Math.min(most, Math.max(least, value));
