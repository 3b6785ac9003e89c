"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNamespaceScope } from "@/components/layout/use-namespace-scope";
import { useTRPC } from "@/components/trpc/client";

/**
 * What needs somebody in the scope; one question for all who show it.
 * @param enabled whether to ask; what others asked is shown anyway
 */
export function useIncidents({ enabled = true } = {}) {
  const trpc = useTRPC();
  const namespaces = [...useNamespaceScope()];
  return useQuery(
    trpc.overview.incidents.queryOptions(
      { namespaces },
      {
        enabled,
        meta: { live: ["graph", "mesh", "proxies", "rollouts", "sources"] },
        placeholderData: keepPreviousData,
      },
    ),
  );
}
