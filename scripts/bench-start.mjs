// `npm run bench:start`: how long a stranger waits, on a clone of the last commit with nothing in it:
// install, build, first and second start; then first-load JavaScript of each page (gzip, as it came
// over the wire) and the time from a change in the cluster to the change on the page.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { browser, build, install, ROOT } from "./bootstrap.mjs";
import { kubernetesApi } from "./kubernetes-api.mjs";
import { main, Problem, run, stopAll } from "./processes.mjs";
import { startSandbox } from "./sandbox-process.mjs";
import { startServer } from "./server-process.mjs";

const PAGES = ["/", "/topology", "/config", "/proxies", "/rollouts"];
const EVENTS = 40;
const STOP_MS = 5_000;
const EVENT_MS = 5_000;
const BETWEEN_EVENTS_MS = 400;
const LIMITS = { topologyKilobytes: 400, eventP95: 250, firstStart: 150, secondStart: 6 };

const table = [];
function line(name, value, unit, limit) {
  const late = limit !== undefined && value > limit;
  const bound =
    limit === undefined ? "" : `  (at most ${limit} ${unit}${late ? ": TOO MUCH" : ""})`;
  table.push(!late);
  process.stdout.write(`${name.padEnd(36)} ${value.toFixed(1).padStart(8)} ${unit}${bound}\n`);
}

async function timed(act) {
  const since = performance.now();
  const result = await act();
  return { result, seconds: (performance.now() - since) / 1000 };
}

async function startTimes() {
  const root = mkdtempSync(join(tmpdir(), "quarterdeck-bench-"));
  try {
    execFileSync("git", ["clone", "--quiet", "--no-hardlinks", ROOT, root]);
    const step = async (name) => {
      const script = [join(root, "scripts", "bootstrap.mjs"), name];
      const { code, output } = await run(process.execPath, script, { cwd: root, quiet: true });
      if (code !== 0) throw new Problem(`${name} failed:\n${output}`, 1);
    };
    const installed = await timed(() => step("install"));
    const built = await timed(() => step("build"));
    line("install", installed.seconds, "s");
    line("build", built.seconds, "s");
    const first = await timed(() => startServer({ root }));
    await stopAll([first.result.child], STOP_MS);
    const whole = installed.seconds + built.seconds + first.seconds;
    line("first start, all of it", whole, "s", LIMITS.firstStart);
    const second = await timed(() => startServer({ root }));
    line("second start", second.seconds, "s", LIMITS.secondStart);
    const stop = await timed(() => stopAll([second.result.child], STOP_MS));
    line("stop", stop.seconds, "s", 3);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** What scripts weigh on the wire until the page is at rest; pages fetched ahead are not counted. */
async function firstLoad(chromium, url, path) {
  const context = await chromium.newContext();
  const page = await context.newPage();
  const client = await context.newCDPSession(page);
  await client.send("Network.enable");
  const scripts = new Set();
  let bytes = 0;
  client.on("Network.responseReceived", ({ requestId, type }) => {
    if (type === "Script") scripts.add(requestId);
  });
  client.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (scripts.has(requestId)) bytes += encodedDataLength;
  });
  await page.goto(`${url}${path}`, { waitUntil: "load" });
  await page.locator("main h1").first().waitFor();
  await page.waitForTimeout(1_500);
  await context.close();
  return bytes / 1024;
}

const SERVICE_ENTRIES = "/apis/networking.istio.io/v1/namespaces/bookinfo/serviceentries";
const serviceEntry = (name) => ({
  apiVersion: "networking.istio.io/v1",
  kind: "ServiceEntry",
  metadata: { name, namespace: "bookinfo" },
  spec: {
    hosts: [`${name}.example`],
    location: "MESH_EXTERNAL",
    resolution: "DNS",
    ports: [{ number: 443, name: "https", protocol: "HTTPS" }],
  },
});

/** Milliseconds from sending a write to the API server until the open list shows it. */
async function eventLatencies(chromium, url, call) {
  const page = await chromium.newPage();
  await page.goto(`${url}/config?ns=bookinfo`);
  await page.getByText("details").first().waitFor();
  const shown = (text, present) =>
    page.evaluate(
      ([wanted, there, limit]) =>
        new Promise((resolve, reject) => {
          const holds = () => document.body.textContent.includes(wanted) === there;
          const finish = () => {
            if (!holds()) return;
            observer.disconnect();
            resolve(Date.now());
          };
          const observer = new MutationObserver(finish);
          observer.observe(document.body, { subtree: true, childList: true, characterData: true });
          setTimeout(() => reject(new Error(`${wanted} did not change on the page`)), limit);
          finish();
        }),
      [text, present, EVENT_MS],
    );
  const latencies = [];
  for (let index = 0; index < EVENTS / 2; index++) {
    const name = `bench-${index}`;
    for (const present of [true, false]) {
      const seen = shown(name, present);
      const since = Date.now();
      await (present
        ? call("POST", SERVICE_ENTRIES, serviceEntry(name))
        : call("DELETE", `${SERVICE_ENTRIES}/${name}`));
      latencies.push((await seen) - since);
      await page.waitForTimeout(BETWEEN_EVENTS_MS);
    }
  }
  return latencies.sort((a, b) => a - b);
}

const percentile = (sorted, share) =>
  sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)];

async function pageFigures() {
  const { chromium: engine } = await import("@playwright/test");
  const { child: sandbox, address } = await startSandbox({});
  const cluster = ["--kubeconfig", address.kubeconfig, "--prometheus", address.prometheus];
  const { child, url } = await startServer({ flags: cluster });
  const executablePath = await browser();
  const chromium = await engine.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    for (const path of PAGES) {
      const limit = path === "/topology" ? LIMITS.topologyKilobytes : undefined;
      line(`JavaScript of ${path}`, await firstLoad(chromium, url, path), "KB", limit);
    }
    const latencies = await eventLatencies(chromium, url, await kubernetesApi(address.kubeconfig));
    line("event to page, p50", percentile(latencies, 0.5), "ms");
    line("event to page, p95", percentile(latencies, 0.95), "ms", LIMITS.eventP95);
  } finally {
    await chromium.close();
    await stopAll([child], STOP_MS);
    await stopAll([sandbox], STOP_MS);
  }
}

await main(async () => {
  await install();
  if (!process.argv.includes("--pages")) await startTimes();
  await build();
  await pageFigures();
  return table.every(Boolean) ? 0 : 1;
});
