// `npm test`: everything that must hold, from a fresh clone. The last line is `N passed, N failed`.
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { join } from "node:path";
import { browser, build, install, ROOT } from "./bootstrap.mjs";
import { cleanEnvironment, main, Problem, run, say } from "./processes.mjs";

const REPORTS = join(ROOT, ".quarterdeck", "test");
const at = (...parts) => join(ROOT, ...parts);
const bin = (...parts) => at("node_modules", ...parts);

/** Checks that pass or fail as a whole, beside the build. */
const EARLY_CHECKS = [
  [
    "import laws",
    [
      bin("dependency-cruiser", "bin", "dependency-cruise.mjs"),
      ...["--config", ".dependency-cruiser.cjs", "--output-type", "err"],
      ...["app", "cli", "components", "lib", "sandbox", "server"],
    ],
  ],
  ["unused code", [bin("knip", "bin", "knip.js")]],
  ["format", [bin("prettier", "bin", "prettier.cjs"), "--check", "--log-level", "warn", "."]],
];
/** The slowest of them, and nothing waits for it. */
const LINT = [bin("eslint", "bin", "eslint.js"), ".", "--max-warnings", "0"];
/** The build writes declarations that these read. */
const LATE_CHECKS = [
  ["types", [bin("typescript", "bin", "tsc"), "--noEmit"]],
  ["types of lib", [bin("typescript", "bin", "tsc"), "--noEmit", "-p", "lib"]],
];

const totals = { passed: 0, failed: 0, skipped: 0 };

/** Adds the counts of one step, and says them. */
function count(name, { passed, failed, skipped = 0 }, since) {
  totals.passed += passed;
  totals.failed += failed;
  totals.skipped += skipped;
  const took = ((performance.now() - since) / 1000).toFixed(1);
  const more = skipped > 0 ? `, ${skipped} skipped` : "";
  say(`${failed > 0 ? "✗" : "✓"} ${name}: ${passed} passed, ${failed} failed${more} (${took} s)`);
}

/** Runs a step that counts as one test; what it printed is shown when it failed. */
async function check(name, act) {
  const since = performance.now();
  const { code, output } = await act();
  if (code !== 0) process.stderr.write(output);
  count(name, code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }, since);
  return code === 0;
}

const node = (args, options = {}) =>
  run(process.execPath, args, { cwd: ROOT, env: cleanEnvironment(), quiet: true, ...options });

/** Takes only the time that the others leave: much of theirs is waiting. */
const inTheBackground = {
  onStart: ({ pid }) => setPriority(pid, constants.priority.PRIORITY_LOW),
};

async function buildStep() {
  try {
    await build();
    return { code: 0, output: "" };
  } catch (error) {
    if (error instanceof Problem) return { code: 1, output: `${error.message}\n` };
    throw error;
  }
}

/** Runs the checks in two lanes; resolves to whether the build works. */
async function checks() {
  const each = (list) =>
    list.map(
      ([name, args]) =>
        () =>
          check(name, () => node(args)),
    );
  const early = each(EARLY_CHECKS);
  const lane = async (queue) => {
    for (let next = queue.shift(); next; next = queue.shift()) await next();
  };
  const buildLane = async () => {
    const works = await check("build", buildStep);
    await lane(early);
    return works;
  };
  const [built] = await Promise.all([buildLane(), lane(early)]);
  await Promise.all(each(LATE_CHECKS).map((start) => start()));
  return built;
}

/** Runs a test runner that writes a JSON report; its own output is streamed. */
async function runner(name, args, { report, read, env }) {
  const since = performance.now();
  const file = join(REPORTS, report);
  rmSync(file, { force: true });
  const { code } = await run(process.execPath, args(file), {
    cwd: ROOT,
    env: cleanEnvironment(env?.(file)),
  });
  const counts = existsSync(file)
    ? read(JSON.parse(readFileSync(file, "utf8")))
    : { passed: 0, failed: 1 };
  // A runner that failed without a failed test broke outside of them.
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  count(name, counts, since);
}

const vitest = () =>
  runner(
    "unit and integration tests",
    (file) => [
      bin("vitest", "vitest.mjs"),
      "run",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${file}`,
    ],
    {
      report: "vitest.json",
      read: ({ numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults }) => ({
        passed: numPassedTests,
        failed:
          numFailedTests +
          testResults.filter(
            (file) => file.status === "failed" && file.assertionResults.length === 0,
          ).length,
        skipped: numPendingTests + numTodoTests,
      }),
    },
  );

const playwright = (chromium) =>
  runner(
    "browser tests",
    () => [bin("@playwright", "test", "cli.js"), "test", "--reporter=list,json"],
    {
      report: "playwright.json",
      env: (file) => ({
        PLAYWRIGHT_JSON_OUTPUT_NAME: file,
        PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: "1",
        CHROMIUM_PATH: chromium,
      }),
      read: ({ stats, errors = [] }) => ({
        passed: stats.expected + stats.flaky,
        failed: stats.unexpected + (stats.unexpected === 0 ? errors.length : 0),
        skipped: stats.skipped,
      }),
    },
  );

async function browserTests(built) {
  const since = performance.now();
  try {
    if (!built) throw new Problem("the browser tests need a build that works", 1);
    await playwright(await browser());
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    say(error.message);
    count("browser tests", { passed: 0, failed: 1 }, since);
  }
}

await main(async () => {
  const since = performance.now();
  mkdirSync(REPORTS, { recursive: true });
  await install();
  const lint = check("eslint", () => node(LINT, inTheBackground));
  const built = await checks();
  await vitest();
  await browserTests(built);
  await lint;
  const { passed, failed, skipped } = totals;
  say(`${skipped} skipped, ${((performance.now() - since) / 1000).toFixed(0)} s in all`);
  // Written last and whole: scripts read it.
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed > 0 ? 1 : 0;
});
