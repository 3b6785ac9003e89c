"use client";

import { useQuery } from "@tanstack/react-query";
import { parseAsString, useQueryState } from "nuqs";
import { useMemo } from "react";
import { useScopedHref } from "@/components/layout/use-namespace-scope";
import { useTRPC } from "@/components/trpc/client";
import { type Column, DataTable } from "@/components/ui/data-table";
import { ErrorState } from "@/components/ui/error-state";
import { formatNumber } from "@/components/ui/format";
import { PageHeader } from "@/components/ui/page-header";
import { SearchField } from "@/components/ui/search-field";
import { Skeleton } from "@/components/ui/skeleton";
import { Status } from "@/components/ui/status";
import type { RuleRow } from "@/server/config/rule-pages";
import { LEVEL_WORDS } from "./level-words";

const COLUMNS: readonly Column<RuleRow>[] = [
  { key: "title", header: "Rule", cell: ({ title }) => title, sortValue: ({ title }) => title },
  {
    key: "code",
    header: "Codes",
    sortValue: ({ code }) => code,
    cell: ({ code, aliases }) => (
      <span className="font-mono text-xs">{[code, ...aliases].join(", ")}</span>
    ),
  },
  {
    key: "level",
    header: "Level",
    sortValue: ({ level }) => level,
    cell: ({ level }) => (
      <Status status={LEVEL_WORDS[level].status} label={LEVEL_WORDS[level].one} />
    ),
  },
  {
    key: "kinds",
    header: "Looks at",
    className: "max-wide:hidden",
    cell: ({ kinds }) => <span className="text-ink-2">{kinds.join(", ")}</span>,
  },
];

/** Every rule that is checked, to be found by code or words. */
export function RulesPage() {
  const trpc = useTRPC();
  const scoped = useScopedHref();
  const [filter, setFilter] = useQueryState(
    "q",
    parseAsString.withDefault("").withOptions({ clearOnDefault: true }),
  );
  const { data, error, refetch } = useQuery(
    trpc.findings.rules.queryOptions(undefined, { staleTime: Infinity }),
  );
  const rows = useMemo(() => {
    const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
    return (data ?? []).filter((rule) => {
      const text = [rule.id, rule.code, ...rule.aliases, rule.title, ...rule.kinds]
        .join(" ")
        .toLowerCase();
      return words.every((word) => text.includes(word));
    });
  }, [data, filter]);

  return (
    <div className="qd-findings-page">
      <PageHeader
        title="Rules"
        lead={data ? `${formatNumber(data.length)} checks, of istioctl, Kiali and our own` : null}
      />
      <SearchField
        className="mb-2"
        label="Filter rules"
        placeholder="Code, words of the rule, kind"
        mono
        value={filter}
        onChange={(text) => void setFilter(text)}
      />
      {data ? (
        <DataTable
          label="Rules"
          columns={COLUMNS}
          rows={rows}
          rowKey={({ id }) => id}
          rowHref={({ id }) => scoped(`/findings/rules/${id}`)}
          empty="No rule has these words."
        />
      ) : error ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <Skeleton label="Reading the rules" rows={10} />
      )}
    </div>
  );
}
