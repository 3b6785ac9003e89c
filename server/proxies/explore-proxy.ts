import type { Instant } from "@/lib/base/units";
import type { DumpSection } from "@/lib/xds/config-dump";
import type { EnvoyPod } from "../envoy/envoy-client";
import type { ExplorerPage, ExplorerRows, ExplorerTable, RawPage } from "./dump-answers";
import type { ProxyDumps } from "./proxy-dumps";

/** What is asked of a table. */
export interface ExplorerQuestion {
  /** Words that a row must all contain, in whatever column; upper and lower case are the same. */
  readonly filter: string;
  readonly offset: number;
  readonly limit: number;
}

/** What a dump says, and how old the dump is. */
type Aged<T> = T & { readonly at: Instant };

/** One page of a table of what a proxy holds. @throws AppError when the proxy does not answer */
export async function exploreProxy<Table extends ExplorerTable>(
  dumps: ProxyDumps,
  pod: EnvoyPod,
  table: Table,
  { filter, offset, limit }: ExplorerQuestion,
): Promise<Aged<ExplorerPage<ExplorerRows[Table]>>> {
  const question = { ask: "table", table, filter, offset, limit } as const;
  const { answer, at } = await dumps.ask<"table">(pod, question);
  // The rows of a page are those of the table that was asked for.
  return { ...(answer as ExplorerPage<ExplorerRows[Table]>), at };
}

/** All of a proxy's dump, secrets redacted, as Envoy would print it. */
export async function wholeDump(dumps: ProxyDumps, pod: EnvoyPod): Promise<Aged<{ text: string }>> {
  const { answer, at } = await dumps.ask<"whole">(pod, { ask: "whole" });
  return { text: answer, at };
}

/** Lines of one part of the dump; none where the dump has no such part. */
export async function rawDump(
  dumps: ProxyDumps,
  pod: EnvoyPod,
  section: DumpSection,
  { offset, limit }: { readonly offset: number; readonly limit: number },
): Promise<Aged<RawPage>> {
  const { answer, at } = await dumps.ask<"raw">(pod, { ask: "raw", section, offset, limit });
  return { ...answer, at };
}
