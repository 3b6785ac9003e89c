"use client";

import { keepPreviousData, useQueries } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "@/components/trpc/client";
import { CopyButton } from "@/components/ui/copy-button";
import { ErrorState } from "@/components/ui/error-state";
import { formatNumber } from "@/components/ui/format";
import { Segmented } from "@/components/ui/segmented";
import { Skeleton } from "@/components/ui/skeleton";
import { TableScroll } from "@/components/ui/table-scroll";
import { DUMP_SECTIONS, type DumpSection } from "@/lib/xds/config-dump";
import type { ProxiesState, SetProxiesState } from "./use-proxies-state";

const LINE_PX = 20;
const PAGE = 500;
const OVERSCAN = 20;
const HEIGHT_PX = 480;

const sectionOf = (text: string): DumpSection =>
  DUMP_SECTIONS.find((section) => section === text) ?? "Listeners";

/** The dump as Envoy prints it: only the lines in sight are asked for and drawn. */
export function RawDump({
  proxy,
  state,
  setState,
}: {
  proxy: { readonly namespace: string; readonly name: string };
  state: ProxiesState;
  setState: SetProxiesState;
}) {
  const section = sectionOf(state.section);
  return (
    <RawLines key={section} proxy={proxy} section={section}>
      {(sections) => (
        <Segmented
          label="Part of the dump"
          options={sections.map((value) => ({ value, label: value }))}
          value={section}
          onChange={(value) => void setState({ section: value })}
        />
      )}
    </RawLines>
  );
}

function RawLines({
  proxy,
  section,
  children,
}: {
  proxy: { readonly namespace: string; readonly name: string };
  section: DumpSection;
  children: (sections: readonly DumpSection[]) => React.ReactNode;
}) {
  const trpc = useTRPC();
  const [top, setTop] = useState(0);
  const first = Math.max(0, Math.floor(top / LINE_PX) - OVERSCAN);
  const last = first + Math.ceil(HEIGHT_PX / LINE_PX) + 2 * OVERSCAN;
  const pages = [...new Set([0, Math.floor(first / PAGE), Math.floor(last / PAGE)])];
  const queries = useQueries({
    queries: pages.map((page) =>
      trpc.proxies.raw.queryOptions(
        { ...proxy, section, offset: page * PAGE, limit: PAGE },
        { placeholderData: keepPreviousData, meta: { live: ["proxies"] } },
      ),
    ),
  });
  const [head] = queries;
  if (!head?.data) {
    return head?.error ? (
      <ErrorState error={head.error} onRetry={() => void head.refetch()} />
    ) : (
      <Skeleton label="Reading the dump" rows={8} />
    );
  }
  const { total, sections } = head.data;
  const known = new Map(pages.map((page, index) => [page, queries[index]?.data?.lines ?? []]));
  const lineAt = (index: number): string =>
    known.get(Math.floor(index / PAGE))?.[index % PAGE] ?? "";
  const shown = Array.from(
    { length: Math.max(0, Math.min(total, last) - first) },
    (_, index) => first + index,
  );
  return (
    <>
      <div className="mb-2 flex flex-wrap items-center gap-2">
        {children(sections)}
        <span className="text-xs text-ink-2">{formatNumber(total)} lines</span>
        <span className="ml-auto">
          <CopyButton
            text={`istioctl proxy-config all ${proxy.name}.${proxy.namespace} -o json`}
            label="Copy as istioctl"
          />
        </span>
      </div>
      <TableScroll
        label={`${section} of the dump`}
        maxHeight={HEIGHT_PX}
        onScroll={(position) => setTop(position)}
      >
        <div className="qd-proxies-raw" style={{ height: total * LINE_PX }}>
          <pre style={{ transform: `translateY(${first * LINE_PX}px)` }}>
            {shown.map((index) => (
              <div key={index}>
                <span aria-hidden>{index + 1}</span>
                {lineAt(index)}
              </div>
            ))}
          </pre>
        </div>
      </TableScroll>
    </>
  );
}
