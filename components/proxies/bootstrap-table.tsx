"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTRPC } from "@/components/trpc/client";
import { type Column, DataTable } from "@/components/ui/data-table";
import { ErrorState } from "@/components/ui/error-state";
import { Skeleton } from "@/components/ui/skeleton";
import type { BootstrapFact } from "@/lib/xds/bootstrap-facts";

const COLUMNS: readonly Column<BootstrapFact>[] = [
  { key: "name", header: "Fact", cell: ({ name }) => name, sortValue: ({ name }) => name },
  {
    key: "value",
    header: "Value",
    cell: ({ value }) => (
      <span className="qd-proxies-cut font-mono text-xs" style={{ maxWidth: "90ch" }} title={value}>
        {value}
      </span>
    ),
  },
];

/** What one Envoy was started with. */
export function BootstrapTable({
  proxy,
  find,
}: {
  proxy: { readonly namespace: string; readonly name: string };
  find: string;
}) {
  const trpc = useTRPC();
  const { data, error, refetch } = useQuery(
    trpc.proxies.bootstrap.queryOptions(proxy, {
      placeholderData: keepPreviousData,
      meta: { live: ["proxies"] },
    }),
  );
  if (!data) {
    return error ? (
      <ErrorState error={error} onRetry={() => void refetch()} />
    ) : (
      <Skeleton label="Reading the bootstrap" rows={6} />
    );
  }
  const words = find.toLowerCase().split(/\s+/);
  const shown = data.facts.filter(({ group, name, value }) => {
    const text = `${group} ${name} ${value}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  return (
    <DataTable
      label="Bootstrap"
      dense
      columns={COLUMNS}
      rows={shown}
      rowKey={({ group, name }) => `${group} ${name}`}
      group={{ of: ({ group }) => group, header: (group) => group }}
      maxHeight="50vh"
      empty={
        data.facts.length === 0
          ? "This dump tells nothing of how the proxy was started."
          : "No fact passes the filter."
      }
    />
  );
}
