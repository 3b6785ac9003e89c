import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { instant } from "@/lib/base/units";
import { readConfigDump } from "@/lib/xds/config-dump";
import { bootstrapText } from "@/lib/xds/istioctl/bootstrap-text";
import { readJson } from "../read-json";
import { type Failure, type Suite, type SuiteResult, Tallies } from "../suite";
import { isGivenTable, type PrintedTable, tableDifference } from "./proxy-tables";

/** A day on which the certificates of the dumps were as the printed tables have them. */
const RECORDED = Date.parse("2026-08-28T00:00:00Z");

const CONFIG_DUMP = "writer/envoy/configdump/testdata";
const PROXY_CONFIG = "proxyconfig/testdata";

type Golden = Omit<PrintedTable, "folder" | "text" | "now"> & {
  readonly folder: string;
  readonly printed: string;
};

const GOLDENS: readonly Golden[] = [
  {
    folder: PROXY_CONFIG,
    dump: "config_dump.json",
    kind: "all",
    printed: "config_dump_summary.txt",
  },
  {
    ...{ folder: PROXY_CONFIG, dump: "config_dump.json", kind: "all", withHeaders: true },
    printed: "config_dump_summary_withheaders.txt",
  },
  {
    folder: CONFIG_DUMP,
    dump: "configdump.json",
    kind: "bootstrap",
    printed: "bootstrapdump.json",
  },
  ...["empty-gateway", "istio-gateway-http-route-prefix", "k8s-gateway-http-route-path-prefix"].map(
    (name): Golden => ({
      ...{ folder: `${CONFIG_DUMP}/routes/${name}`, dump: "configdump.json", kind: "routes" },
      printed: "output.txt",
    }),
  ),
  ...["istio", "spire"].map((name): Golden => ({
    ...{ folder: `${CONFIG_DUMP}/secret/${name}`, dump: "config_dump.json", kind: "secrets" },
    printed: "output",
  })),
  {
    ...{ folder: `${CONFIG_DUMP}/endpoint`, dump: "configdump.json", kind: "eds" },
    printed: "emptyfilter_output.txt",
  },
  {
    ...{ folder: `${CONFIG_DUMP}/endpoint`, dump: "configdump.json", kind: "eds" },
    ...{ filter: { port: 8080 }, printed: "portfilter_output.txt" },
  },
  { folder: `${CONFIG_DUMP}/ecds`, dump: "configdump.json", kind: "ecds", printed: "output.txt" },
];

/** istioctl's own fixtures of its tables. */
export const istioctlTables: Suite = { name: "istioctl-tables", run };

function run(corpus: string): SuiteResult {
  const root = join(corpus, "istioctl-golden");
  const tallies = new Tallies();
  const failures: Failure[] = [];
  const count = (name: string, wrong: readonly string[]): void => {
    tallies.add(name, wrong.length === 0);
    if (wrong.length > 0) failures.push({ id: name, why: wrong.join(" | ") });
  };
  for (const { printed, ...golden } of GOLDENS) {
    const folder = join(root, golden.folder);
    if (!existsSync(join(folder, printed))) continue;
    const text = readFileSync(join(folder, printed), "utf8");
    const table: PrintedTable = { ...golden, folder, text, now: instant(RECORDED) };
    if (!isGivenTable(table)) continue;
    count(
      `${golden.folder}/${printed}`,
      tableDifference(table, (...path) => readJson(...path)),
    );
  }
  const folder = join(root, CONFIG_DUMP);
  const dump = readConfigDump(readJson(folder, "configdump.json"));
  const summary = readFileSync(join(folder, "versionsummary.txt"), "utf8");
  const ours = dump ? bootstrapText(dump) : "";
  count(`${CONFIG_DUMP}/versionsummary.txt`, ours === summary ? [] : [`+${ours}`]);
  return { rows: tallies.rows(), scores: [tallies.sum("tables", 1)], failures, deviations: [] };
}
