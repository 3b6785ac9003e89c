import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Suite, SuiteResult, Tally } from "./suite";
import { SUITES } from "./suites";

const USAGE = `Usage: npm run test:corpus -- [SUITE…] [--all]
  SUITE   ${SUITES.map(({ name }) => name).join(", ")}
  --all   list every failure, not the first ten`;
/** Failures of a suite that are told without --all. */
const FIRST = 10;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** `npm run test:corpus`: everything that was recorded of the real thing, against ours. */
async function main(args: readonly string[]): Promise<number> {
  const names = args.filter((arg) => arg !== "--all");
  const unknown = names.find((name) => !SUITES.some((suite) => suite.name === name));
  if (unknown !== undefined) return refuse(`no suite '${unknown}'\n${USAGE}`);
  const corpus = resolve(process.env.QUARTERDECK_CORPUS ?? "../shared/istio-corpus");
  if (!existsSync(corpus)) {
    return refuse(`${corpus}: there is no such folder; name it in QUARTERDECK_CORPUS`);
  }
  const chosen = SUITES.filter(({ name }) => names.length === 0 || names.includes(name));
  const failed: string[] = [];
  for (const suite of chosen) {
    const isFine = tell(suite, await suite.run(corpus), args.includes("--all"));
    if (!isFine) failed.push(suite.name);
  }
  say(
    failed.length === 0
      ? `${chosen.length} suites passed`
      : `${chosen.length - failed.length} suites passed, ${failed.length} failed: ${failed.join(", ")}`,
  );
  return failed.length === 0 ? 0 : 1;
}

function refuse(message: string): number {
  process.stderr.write(`test:corpus: ${message}\n`);
  return 2;
}

/** Prints what came of a suite; false when it does not reach what it needs. */
function tell({ name }: Suite, result: SuiteResult, tellsAll: boolean): boolean {
  say(`\n${name}`);
  const width = Math.max(...[...result.rows, ...result.scores].map((row) => row.name.length));
  const line = (row: Tally) =>
    `${row.name.padEnd(width)} ${String(row.passed).padStart(5)} of ${String(row.total).padStart(5)}`;
  for (const row of result.rows) say(`  ${line(row)}${row.passed < row.total ? "  <" : ""}`);
  for (const score of result.scores) {
    const share = score.total === 0 ? 1 : score.passed / score.total;
    const percent = (part: number) => `${(Math.floor(part * 1000) / 10).toFixed(1)} %`;
    const verdict = share < score.needed ? "FAILED" : "ok";
    say(`  ${line(score)}  ${percent(share)}, needs ${percent(score.needed)}: ${verdict}`);
  }
  for (const { id, why } of result.deviations) say(`  on purpose: ${id}: ${why}`);
  const told = tellsAll ? result.failures : result.failures.slice(0, FIRST);
  for (const { id, why } of told) say(`  failed: ${id}: ${why}`);
  const rest = result.failures.length - told.length;
  if (rest > 0) say(`  … and ${rest} more; --all lists them`);
  return result.scores.every(({ passed, total, needed }) => total > 0 && passed / total >= needed);
}

process.exitCode = await main(process.argv.slice(2));
