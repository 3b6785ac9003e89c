"use client";

import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTRPC } from "@/components/trpc/client";
import { Age } from "@/components/ui/age";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { type Column, DataTable } from "@/components/ui/data-table";
import { ErrorState } from "@/components/ui/error-state";
import { formatNumber, NO_DATA } from "@/components/ui/format";
import { Skeleton } from "@/components/ui/skeleton";
import { VerdictBlock } from "@/components/ui/verdict-block";
import type { LogLevel, LoggingProgram } from "@/lib/xds/log-levels/log-level";
import type { LoggingState } from "@/server/log-levels/log-levels-service";
import type { LoggingTarget } from "./logging-target";
import { SetLevels } from "./set-levels";

/** The loggers of a proxy or the scopes of an istiod, and how to change them for a while. */
export function LogLevels({ target }: { target: LoggingTarget }) {
  const trpc = useTRPC();
  const { data, error, refetch } = useQuery(
    trpc.logLevels.read.queryOptions(target, {
      placeholderData: keepPreviousData,
      meta: { live: ["mesh:ConfigMap", "mesh:Pod"] },
    }),
  );
  const [find, setFind] = useState("");
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const shown = useMemo(
    () => (data?.levels ?? []).filter((row) => passes(row, find)),
    [data, find],
  );
  if (!data) {
    return error ? (
      <ErrorState
        error={error}
        onRetry={() => void refetch()}
        title="The log levels cannot be read"
      />
    ) : (
      <Skeleton label="Reading the log levels" rows={6} />
    );
  }
  const chosen = picked.size > 0 ? data.levels.filter(({ name }) => picked.has(name)) : shown;
  const pick = (name: string): void => {
    const next = new Set(picked);
    if (!next.delete(name)) next.add(name);
    setPicked(next);
  };
  return (
    <div className="mt-2 grid gap-3">
      {data.change ? <Changed change={data.change} target={target} state={data} /> : null}
      <SetLevels
        target={target}
        chosen={chosen}
        mayNot={data.mayNot}
        find={find}
        onFind={setFind}
        onDone={() => {
          setPicked(new Set());
          void refetch();
        }}
      />
      <DataTable
        label={target.program === "envoy" ? "Loggers" : "Log scopes"}
        dense
        columns={columnsOf(target.program, data.change, { picked, pick })}
        rows={shown}
        rowKey={({ name }) => name}
        maxHeight="50vh"
        empty="No logger passes the filter."
      />
      <p className="text-xs text-ink-3">
        {formatNumber(shown.length)} of {formatNumber(data.levels.length)} shown. Read{" "}
        <Age at={data.at} />.
      </p>
    </div>
  );
}

function passes({ name, about }: LogLevel, find: string): boolean {
  const text = `${name} ${about ?? ""}`.toLowerCase();
  return find
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

type Change = NonNullable<LoggingState["change"]>;

function columnsOf(
  program: LoggingProgram,
  change: Change | undefined,
  choice: { readonly picked: ReadonlySet<string>; readonly pick: (name: string) => void },
): readonly Column<LogLevel>[] {
  return [
    {
      key: "name",
      header: program === "envoy" ? "Logger" : "Scope",
      cell: ({ name }) => (
        <Checkbox
          label={<span className="font-mono text-xs">{name}</span>}
          checked={choice.picked.has(name)}
          onChange={() => choice.pick(name)}
        />
      ),
      sortValue: ({ name }) => name,
    },
    { key: "level", header: "Level", cell: ({ level }) => level, sortValue: (row) => row.level },
    {
      key: "then",
      header: "Goes back to",
      cell: ({ name }) => change?.from[name] ?? NO_DATA,
      sortValue: ({ name }) => change?.from[name],
    },
    ...(program === "istiod"
      ? [
          {
            key: "about",
            header: "About",
            cell: ({ about }: LogLevel) => about ?? NO_DATA,
          },
        ]
      : []),
  ];
}

function Changed({
  change,
  target,
  state,
}: {
  change: Change;
  target: LoggingTarget;
  state: LoggingState;
}) {
  const trpc = useTRPC();
  const back = useMutation(trpc.logLevels.putBack.mutationOptions());
  const count = Object.keys(change.from).length;
  const what = target.program === "envoy" ? "logger" : "scope";
  return (
    <VerdictBlock
      status={change.problem ? "warn" : "progress"}
      title={`${formatNumber(count)} ${count === 1 ? `${what} is` : `${what}s are`} changed for a while`}
    >
      <div className="grid gap-2">
        <span>
          Set <Age at={change.at} /> by {change.by}; back to what was before{" "}
          <Age at={change.until} />.
          {change.problem
            ? ` They could not be put back yet: ${change.problem}. It is tried every 5 s.`
            : ""}
        </span>
        <span>
          <Button
            size="small"
            pending={back.isPending}
            disabledReason={state.mayNot}
            onClick={() => back.mutate(target)}
          >
            Put levels back now
          </Button>
        </span>
        {back.error ? <ErrorState error={back.error} /> : null}
      </div>
    </VerdictBlock>
  );
}
