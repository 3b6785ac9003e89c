import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { useTRPC } from "@/components/trpc/client";
import type { ConfigSize } from "@/server/proxies/config-sizes";
import type { TableRow } from "./table-row";

/** So many proxies are asked about at once: each costs the transfer of its whole configuration. */
const AT_ONCE = 50;

/** The sizes of configurations, and how far they are known. */
export interface ConfigSizesState {
  /** What was measured, by `pod.namespace`. */
  readonly sizes: ReadonlyMap<string, ConfigSize>;
  /** Whether some are measured now. */
  readonly isMeasuring: boolean;
  /** Why measuring stopped; undefined where it did not. */
  readonly problem: string | undefined;
  /** Tells which rows are in sight: they are measured first, and without `measureAll` only they. */
  readonly see: (rows: readonly TableRow[]) => void;
  /** Measures every row, a few at a time. */
  readonly measureAll: () => void;
}

/** Measures the rows that somebody looks at, as they come into sight; nothing where not `asked`. */
export function useConfigSizes(
  rows: readonly TableRow[],
  asked: boolean,
): ConfigSizesState | undefined {
  const trpc = useTRPC();
  const client = useQueryClient();
  const [sizes, setSizes] = useState<ReadonlyMap<string, ConfigSize>>(new Map());
  const [inSight, setInSight] = useState<readonly TableRow[]>([]);
  const [isAll, setIsAll] = useState(false);
  const [problem, setProblem] = useState<string>();
  const next = useMemo(() => {
    if (!asked || problem !== undefined) return "";
    const unknown = (isAll ? [...inSight, ...rows] : inSight).filter(({ id }) => !sizes.has(id));
    const names = unknown.map(({ namespace, pod }) => `${namespace}/${pod}`);
    return [...new Set(names)].slice(0, AT_ONCE).join(" ");
  }, [asked, problem, isAll, inSight, rows, sizes]);
  // External system: the server, which asks one proxy after the other.
  useEffect(() => {
    if (next === "") return;
    const proxies = next.split(" ").map((key) => {
      const [namespace = "", name = ""] = key.split("/");
      return { namespace, name };
    });
    client.fetchQuery(trpc.proxies.sizes.queryOptions({ proxies })).then(
      (found) =>
        setSizes((known) => new Map([...known, ...found.map((size) => [size.id, size] as const)])),
      (error: unknown) => setProblem(error instanceof Error ? error.message : String(error)),
    );
  }, [client, trpc, next]);
  return asked
    ? {
        ...{ sizes, problem, isMeasuring: next !== "" },
        see: setInSight,
        measureAll() {
          setProblem(undefined);
          setIsAll(true);
        },
      }
    : undefined;
}
