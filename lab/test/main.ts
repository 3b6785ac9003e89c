import { requireNamespaces, requirePrograms } from "../prerequisites";
import { labFolders } from "../folders";
import { LabError } from "../lab-error";
import { type Bench, type Check, must } from "./check";
import { commandChecks } from "./checks/commands";
import { policyChecks } from "./checks/policies";
import { calmChecks, outageChecks } from "./checks/outages";
import { pageChecks } from "./checks/pages";
import { proxyConfigChecks } from "./checks/proxies";
import { proxyChecks } from "./checks/refusals";
import { rolloutChecks } from "./checks/rollouts";
import { tenCanariesChecks } from "./checks/ten-canaries";
import { logChecks } from "./checks/logs";
import { storyChecks, suiteChecks } from "./checks/suites";
import { verdictChecks } from "./checks/verdicts";
import { writeChecks } from "./checks/writing";
import { clientOf, openPage } from "./client";
import { nothingLeft } from "./nothing-left";
import { lab, labDoes, startProduct, type RunningProduct } from "./programs";

/** In this order: later ones may break what earlier ones look at. */
const CHECKS: readonly Check[] = [
  ...pageChecks,
  ...storyChecks,
  ...logChecks,
  ...verdictChecks,
  ...writeChecks,
  ...proxyConfigChecks,
  ...proxyChecks,
  ...policyChecks,
  ...calmChecks,
  ...rolloutChecks,
  ...tenCanariesChecks,
  ...outageChecks,
];
const USAGE = `Usage: npm run test:lab -- [--only TEXT] [--keep]
  --only TEXT   checks whose title contains it
  --keep        use a lab that is up, and leave it up`;

const totals = { passed: 0, failed: 0 };
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** `npm run test:lab`: the product on a real mesh, from the lab's start to its end. */
async function main(args: readonly string[]): Promise<void> {
  const { only, keep } = optionsOf(args);
  requireNamespaces();
  requirePrograms("run", process.env.PATH ?? "");
  const isUp = (await lab("status")).code === 0;
  if (isUp && !keep) {
    throw new LabError("the lab is up already: npm run lab -- down, or add --keep");
  }
  const chosen = (title: string) => title.toLowerCase().includes(only.toLowerCase());
  let product: RunningProduct | undefined;
  let closePage: (() => void) | undefined;
  const tearDown = async () => {
    closePage?.();
    await product?.stop();
    if (!keep) await lab("down");
  };
  const interrupted = (signal: NodeJS.Signals) =>
    void tearDown().then(() => process.exit(signal === "SIGINT" ? 130 : 143));
  process.once("SIGINT", interrupted).once("SIGTERM", interrupted);
  try {
    const beforehand = isUp ? [] : commandChecks;
    for (const { title, run } of beforehand) if (chosen(title)) await attemptCheck(title, run);
    let prometheus = "";
    await attemptCheck("the lab comes up", async () => {
      const text = isUp ? await labDoes("status") : await labDoes("up");
      ({ prometheus } = JSON.parse(text) as { prometheus: string });
      return `${text.trim()}, ${memoryOfLab((await lab("status")).err)}`;
    });
    if (prometheus) {
      // A product that runs would drive the rollouts of the server tests.
      for (const { title, run } of suiteChecks) if (chosen(title)) await attemptCheck(title, run);
      await attemptCheck("the product starts over it", async () => {
        product = await startProduct(prometheus);
        return product.url;
      });
    }
    if (product) {
      closePage = openPage(product.url);
      const bench: Bench = {
        product: clientOf(product.url),
        url: product.url,
        prometheus,
        startedAt: performance.now(),
        async crash() {
          product?.kill();
          product = await startProduct(prometheus, new URL(product?.url ?? "").port);
        },
      };
      for (const { title, run } of CHECKS)
        if (chosen(title)) await attemptCheck(title, () => run(bench));
    }
  } finally {
    await tearDown();
  }
  if (!keep)
    await attemptCheck("nothing is left behind", async () => nothingLeft(labFolders(process.env)));
  say(`${totals.passed} passed, ${totals.failed} failed`);
  process.exitCode = totals.failed > 0 ? 1 : 0;
}

/** What bookinfo may take of a laptop. */
const MAX_MIB = 2048;

/** @throws Error when the lab's status tells of more memory than it may take */
function memoryOfLab(status: string): string {
  const [line = "", mebibytes] = /\d+ processes, (\d+) MiB/.exec(status) ?? [];
  must(mebibytes !== undefined && Number(mebibytes) <= MAX_MIB, line || status);
  return line;
}

function optionsOf(args: readonly string[]): { only: string; keep: boolean } {
  const rest = [...args];
  const options = { only: "", keep: false };
  for (let flag = rest.shift(); flag !== undefined; flag = rest.shift()) {
    const value = flag === "--only" ? rest.shift() : undefined;
    if (flag === "--keep") options.keep = true;
    else if (value !== undefined) options.only = value;
    else throw new LabError(USAGE);
  }
  return options;
}

/** Runs a check, counts it and prints its line. */
async function attemptCheck(title: string, run: () => Promise<string>): Promise<void> {
  const began = performance.now();
  const took = () => `${((performance.now() - began) / 1000).toFixed(1)} s`;
  try {
    const figures = await run();
    totals.passed += 1;
    say(`✓ ${title}: ${figures} (${took()})`);
  } catch (error) {
    totals.failed += 1;
    const reason = error instanceof Error ? error.message : String(error);
    say(`✗ ${title}: ${reason.split("\n").join(" ").slice(0, 1_000)} (${took()})`);
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${text}\n`);
  process.exitCode = error instanceof LabError ? 2 : 1;
});
