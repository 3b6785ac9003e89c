import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTRPC } from "@/components/trpc/client";
import type { ConfigSize } from "@/server/proxies/config-sizes";
import type { TableRow } from "./table-row";

/** So many proxies are measured at once: each costs the transfer of its whole configuration. */
export const MEASURED = 50;

/** How large the configurations of the first rows are, by `pod.namespace`; undefined if not asked. */
export function useConfigSizes(
  rows: readonly TableRow[],
  asked: boolean,
): ReadonlyMap<string, ConfigSize> | undefined {
  const trpc = useTRPC();
  const proxies = asked
    ? rows.slice(0, MEASURED).map(({ namespace, pod }) => ({ namespace, name: pod }))
    : [];
  const { data } = useQuery(
    trpc.proxies.sizes.queryOptions(
      { proxies },
      { enabled: asked && proxies.length > 0, placeholderData: keepPreviousData },
    ),
  );
  return useMemo(
    () => (asked ? new Map((data ?? []).map((size) => [size.id, size])) : undefined),
    [asked, data],
  );
}
