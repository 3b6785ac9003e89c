import { parseArgs } from "node:util";
import { realTimeClock } from "../clock";
import { startScrapedSandbox } from "./scraped-sandbox";
import { COMPARED_QUERIES, REFUSED_QUERIES } from "./queries";
import { installedPrometheus, startRealPrometheus } from "./real-prometheus";
import { ask, difference } from "./samples";

/** Of the real Prometheus, in ms: how often it looks for new virtual samples. */
const REAL_SCRAPE_MS = 250;
const STEP_MS = 1_000;

const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** `npm run test:promql`: the embedded Prometheus against Debian's, on the same samples. */
async function main(): Promise<number> {
  const { values } = parseArgs({ options: { samples: { type: "string", default: "150" } } });
  const version = installedPrometheus();
  if (version === undefined) {
    say("prometheus is not installed: apt-get install prometheus, and keep its service stopped");
    return 2;
  }
  // A whole second near the machine's time: Prometheus takes no samples far from it.
  const real = realTimeClock();
  const sandbox = await startScrapedSandbox(Math.floor(real.now() / 1_000) * 1_000);
  real.stop();
  const other = await startRealPrometheus(sandbox.targetsUrl, REAL_SCRAPE_MS, version);
  try {
    say(`Prometheus ${version} scrapes ${values.samples} virtual seconds of the sandbox`);
    const from = await sandbox.advance(Number(values.samples), STEP_MS, other.url);
    return await compare(sandbox.url, other.url, { from, to: sandbox.now() });
  } finally {
    await other.stop();
    await sandbox.stop();
  }
}

/** Compares every query at several times and as a range. Returns the exit code. */
async function compare(
  ours: string,
  theirs: string,
  { from, to }: { from: number; to: number },
): Promise<number> {
  const problems: string[] = [];
  let comparisons = 0;
  let empty = 0;
  const check = async (
    path: string,
    queries: { query: string; older?: string; ordered?: boolean },
    parameters: Record<string, string>,
  ): Promise<void> => {
    const { query, older = query, ordered = false } = queries;
    const [left, right] = await Promise.all([
      ask(ours, path, { ...parameters, query }),
      ask(theirs, path, { ...parameters, query: older }),
    ]);
    comparisons += 1;
    if (Array.isArray(left.result?.result) && left.result.result.length === 0) empty += 1;
    const problem = difference(left, right, ordered || path === "query_range");
    if (problem) problems.push(`${path} ${query}\n    ${problem}`);
  };
  const seconds = (ms: number): string => String(ms / 1_000);
  for (const each of COMPARED_QUERIES) {
    await check("query", each, { time: seconds(to) });
    await check("query", each, { time: seconds(to - 33_300) });
    if (each.query.startsWith('"')) continue;
    const range = { start: seconds(from + 60_000), end: seconds(to + 5_000), step: "7.5" };
    await check("query_range", each, range);
  }
  for (const query of REFUSED_QUERIES) await check("query", { query }, { time: seconds(to) });
  for (const problem of problems) say(`  differs: ${problem}`);
  const total = COMPARED_QUERIES.length + REFUSED_QUERIES.length;
  process.stdout.write(
    `${total} queries, ${comparisons} comparisons (${empty} of them of empty answers), ${problems.length} differences\n`,
  );
  return problems.length === 0 ? 0 : 1;
}

process.exitCode = await main();
