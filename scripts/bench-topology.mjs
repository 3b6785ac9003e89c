// `npm run bench:topology [-- 100 1000 5000]`: what the graph costs on the sandbox at some scales:
// queries of a refresh, their time sent straight to Prometheus (the floor), the server's time,
// bytes over the wire, the time of a second viewer, the first graph in a browser, frames while
// panning, what moves on a refresh and how long it keeps the main thread.
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { browser, build, install, ROOT } from "./bootstrap.mjs";
import { cleanEnvironment, main, Problem, stopAll } from "./processes.mjs";
import { startSandbox } from "./sandbox-process.mjs";

const START_MS = 150_000;
const STOP_MS = 5_000;
const ROUNDS = 5;
const WATCHED_MS = 10_000;
const PAN_STEPS = 60;
const LIMITS = {
  queries: 8,
  overFloor: 1.3,
  secondViewer: 50,
  kilobytes: 1000,
  gzip: 150,
  elements: 300,
  firstGraph: 2500,
  frame: 50,
  refresh: 60,
  moved: 0,
};

const kept = [];
function line(name, value, unit, limit) {
  const over = limit !== undefined && value > limit;
  const bound =
    limit === undefined ? "" : `  (at most ${limit} ${unit}${over ? ": TOO MUCH" : ""})`;
  kept.push(!over);
  process.stdout.write(`  ${name.padEnd(44)} ${value.toFixed(1).padStart(9)} ${unit}${bound}\n`);
}

const percentile = (values, share) => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? NaN;
};

async function timed(act) {
  const since = performance.now();
  const result = await act();
  return { result, ms: performance.now() - since };
}

/** Stands before Prometheus, and remembers what was asked. */
async function countingProxy(target) {
  const asked = [];
  const server = createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", async () => {
      const body = Buffer.concat(chunks).toString();
      const query = new URLSearchParams(body).get("query");
      if (query) asked.push({ path: request.url, query });
      const answer = await fetch(target + request.url, {
        method: request.method,
        headers: { "content-type": request.headers["content-type"] ?? "" },
        ...(body === "" ? {} : { body }),
      }).catch(() => undefined);
      response.writeHead(answer?.status ?? 502, { "content-type": "application/json" });
      response.end(answer ? Buffer.from(await answer.arrayBuffer()) : "{}");
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, asked, close: () => server.close() };
}

function startServer(flags) {
  const args = [join(ROOT, "scripts", "start.mjs"), "--port", "0", "--no-open", ...flags];
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: cleanEnvironment(),
    stdio: ["ignore", "pipe", "ignore"],
  });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Problem("the server did not start", 1)), START_MS);
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
      const url = /Quarterdeck is at (\S+)/.exec(output)?.[1];
      if (!url) return;
      clearTimeout(timer);
      resolve({ child, url });
    });
  });
}

/** The queries of a graph, all at once, as nothing but Prometheus' own time. */
async function floorOf(prometheus, queries) {
  const times = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const { ms } = await timed(() =>
      Promise.all(
        Object.values(queries).map(async (query) => {
          const body = new URLSearchParams({ query });
          await (await fetch(`${prometheus}/api/v1/query`, { method: "POST", body })).arrayBuffer();
        }),
      ),
    );
    times.push(ms);
  }
  return times;
}

/** What the page asks for; another window is another reading. */
const pageQuery = (base, windowSeconds) => {
  const input = {
    type: "versionedApp",
    namespaces: [],
    fold: { opened: [], closed: [], kept: [] },
    windowSeconds,
  };
  return `${base}/api/trpc/topology.graph?input=${encodeURIComponent(JSON.stringify({ json: input }))}`;
};

async function serverFigures(url, { prometheus, proxy }) {
  const graph = await (await fetch(`${url}/api/v1/graph?duration=60s`)).json();
  const floor = percentile(await floorOf(prometheus, graph.queries), 0.5);
  line("nodes and edges of the mesh", graph.nodes.length + graph.edges.length, "");
  line("the queries straight to Prometheus, p50", floor, "ms");
  const past = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = proxy.asked.length;
    // A time of its own is a reading of its own: nothing of it is remembered.
    const at = (Date.now() - 1000 * (round + 1)) / 1000;
    const { ms } = await timed(async () =>
      (await fetch(`${url}/api/v1/graph?duration=60s&at=${at}`)).arrayBuffer(),
    );
    past.push({ ms, queries: proxy.asked.length - before });
  }
  const times = past.map(({ ms }) => ms);
  line("queries of one refresh", Math.max(...past.map((p) => p.queries)), "", LIMITS.queries);
  line("server, whole graph, p50", percentile(times, 0.5), "ms");
  line("server, whole graph, p95", percentile(times, 0.95), "ms");
  line("server over floor", percentile(times, 0.5) / floor, "x", LIMITS.overFloor);
  const cold = await timed(() => fetch(pageQuery(url, 30)).then((r) => r.arrayBuffer()));
  line("first viewer, a window nobody looked at", cold.ms, "ms");
  const second = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const again = await timed(() => fetch(pageQuery(url, 30)).then((r) => r.arrayBuffer()));
    second.push(again.ms);
  }
  line("second viewer, p50", percentile(second, 0.5), "ms", LIMITS.secondViewer);
  const bytes = Buffer.from(cold.result);
  line("payload of the page", bytes.length / 1000, "KB", LIMITS.kilobytes);
  line("payload, gzip", gzipSync(bytes).length / 1000, "KB", LIMITS.gzip);
}

async function pageFigures(url) {
  const { chromium } = await import("@playwright/test");
  const executablePath = await browser();
  const engine = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    const page = await engine.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(`${url}/healthz`);
    let dataAt = 0;
    page.on("response", (response) => {
      if (response.url().includes("topology.graph") && dataAt === 0) dataAt = performance.now();
    });
    await page.goto(`${url}/topology`);
    await page.locator(".qd-plate").first().waitFor({ timeout: 60_000 });
    line("first graph after its data", performance.now() - dataAt, "ms", LIMITS.firstGraph);
    const plates = await page.locator(".qd-plate").count();
    line("plates drawn", plates, "", LIMITS.elements);
    const box = await page.getByRole("group", { name: "Service graph" }).boundingBox();
    if (box) line("frame while panning, p50", await panFrame(page, box), "ms", LIMITS.frame);
    const { moved, longest } = await watchRefresh(page);
    line("plates moved in 10 s of refreshes", moved, "", LIMITS.moved);
    line("longest task of a refresh", longest, "ms", LIMITS.refresh);
  } finally {
    await engine.close();
  }
}

/** The median time between frames while the ground is dragged from a corner where nothing is. */
async function panFrame(page, box) {
  await page.evaluate(() => {
    globalThis.frames_ = [];
    const look = (now) => {
      globalThis.frames_.push(now);
      globalThis.framesOn_ && requestAnimationFrame(look);
    };
    globalThis.framesOn_ = true;
    requestAnimationFrame(look);
  });
  const [x, y] = [box.x + 12, box.y + box.height - 60];
  await page.mouse.move(x, y);
  await page.mouse.down();
  for (let step = 0; step < PAN_STEPS; step += 1) {
    await page.mouse.move(x + 4 * step, y - 2 * step);
  }
  await page.mouse.up();
  const frames = await page.evaluate(() => {
    globalThis.framesOn_ = false;
    return globalThis.frames_;
  });
  return percentile(
    frames.slice(1).map((at, index) => at - frames[index]),
    0.5,
  );
}

/** Watches a page that nobody touches: what moves, and the longest task. */
const watchRefresh = (page) =>
  page.evaluate(
    (watched) =>
      new Promise((resolve) => {
        const plates = [...document.querySelectorAll(".qd-plate")];
        const places = () => plates.map((plate) => JSON.stringify(plate.getBoundingClientRect()));
        const first = places();
        let longest = 0;
        const tasks = new PerformanceObserver((list) => {
          for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
        });
        tasks.observe({ type: "longtask" });
        setTimeout(() => {
          tasks.disconnect();
          const moved = places().filter((place, index) => place !== first[index]).length;
          resolve({ moved, longest });
        }, watched);
      }),
    WATCHED_MS,
  );

async function scale(services) {
  process.stdout.write(`${services} services\n`);
  const { child: sandbox, address } = await startSandbox({ scenario: `scale:${services}` });
  const proxy = await countingProxy(address.prometheus);
  const flags = ["--kubeconfig", address.kubeconfig, "--prometheus", proxy.url];
  const { child, url } = await startServer(flags);
  try {
    await serverFigures(url, { prometheus: address.prometheus, proxy });
    await pageFigures(url);
  } finally {
    proxy.close();
    await stopAll([child], STOP_MS);
    await stopAll([sandbox], STOP_MS);
  }
}

await main(async () => {
  await install();
  await build();
  const given = process.argv.slice(2).map(Number).filter(Boolean);
  for (const services of given.length > 0 ? given : [100, 1000, 5000]) await scale(services);
  return kept.every(Boolean) ? 0 : 1;
});
