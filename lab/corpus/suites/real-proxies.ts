import { join } from "node:path";
import type { ProxyConfigKind } from "@/lib/xds/istioctl/proxy-config";
import { readJson } from "../read-json";
import { type Failure, type Suite, type SuiteResult, Tallies } from "../suite";
import { isGivenTable, type PrintedTable, tableDifference } from "./proxy-tables";

/** When the dumps were taken and the tables printed. */
const RECORDED = Date.parse("2026-11-21T06:30:00Z");

interface ProxyCase {
  readonly dump: string;
  readonly clusters: string;
  readonly tables: Readonly<Record<string, string>>;
}

const KINDS: Readonly<Record<string, ProxyConfigKind>> = { secret: "secrets" };

/** Dumps of real Envoys with the tables that istioctl prints for them. */
export const realProxies: Suite = { name: "real-proxies", run };

function run(corpus: string): SuiteResult {
  const folder = join(corpus, "real-proxies");
  const tallies = new Tallies();
  const failures: Failure[] = [];
  for (const { dump, clusters, tables } of readJson<ProxyCase[]>(folder, "cases.json")) {
    for (const [name, text] of Object.entries(tables)) {
      const kind = KINDS[name] ?? (name as ProxyConfigKind);
      const table: PrintedTable = {
        ...{ folder, dump, kind, text, now: RECORDED },
        ...(name === "endpoints" && { clusters }),
      };
      if (!isGivenTable(table)) continue;
      const wrong = tableDifference(table, (...path) => readJson(...path));
      tallies.add(name, wrong.length === 0);
      if (wrong.length > 0) failures.push({ id: `${dump} ${name}`, why: wrong.join(" | ") });
    }
  }
  return { rows: tallies.rows(), scores: [tallies.sum("tables", 1)], failures, deviations: [] };
}
