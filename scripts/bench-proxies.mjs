// `npm run bench:proxies [-- 1000 5000]`: what the page of all proxies costs on the sandbox at some
// scales: time to its first and to all of its rows in a browser, frames while scrolling, memory of the
// server, requests to istiod with twenty pages open; and how long a dump of 20 MB takes to a table.
import { spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { browser, build, install, ROOT } from "./bootstrap.mjs";
import { main, Problem, stopAll } from "./processes.mjs";
import { startSandbox } from "./sandbox-process.mjs";
import { startServer } from "./server-process.mjs";

const STOP_MS = 5_000;
const PAGES = 20;
const WATCHED_MS = 60_000;
const MEGABYTE = 1e6;
/** istiod is asked every 3 s while nothing changes, and twice a refresh at most. */
const REFRESHES_A_MINUTE = 20;
const LIMITS = {
  firstRows: 1000,
  allRows: 4000,
  frame: 50,
  memory: 150,
  requests: 2 * REFRESHES_A_MINUTE,
};

const kept = [];
function line(name, value, unit, limit) {
  const over = limit !== undefined && value > limit;
  const bound =
    limit === undefined ? "" : `  (at most ${limit} ${unit}${over ? ": TOO MUCH" : ""})`;
  kept.push(!over);
  process.stdout.write(`  ${name.padEnd(46)} ${value.toFixed(1).padStart(9)} ${unit}${bound}\n`);
}

/** One sample of the server's own metrics. */
async function metric(url, name) {
  const text = await (await fetch(`${url}/metrics`)).text();
  const found = text.split("\n").find((each) => each.startsWith(`${name} `));
  if (found === undefined) throw new Problem(`the server has no metric ${name}`, 1);
  return Number(found.slice(name.length + 1));
}

const istiodRequests = (url) => metric(url, 'quarterdeck_pod_requests_total{program="istiod"}');

/** The lowest of some looks: what waits for the garbage collector is not needed. */
async function memoryOf(url) {
  const looks = [];
  for (let look = 0; look < 5; look += 1) {
    looks.push(await metric(url, "process_resident_memory_bytes"));
    await sleep(500);
  }
  return Math.min(...looks) / MEGABYTE;
}

const listUrl = (url) =>
  `${url}/api/trpc/proxies.list?input=${encodeURIComponent('{"json":{"namespaces":[]}}')}`;

/** A page that listens, and asks for the table whenever it hears that it changed. */
function openPage(url) {
  const stop = new AbortController();
  let refreshes = 0;
  let bytes = 0;
  const read = async () => {
    const response = await fetch(`${url}/api/trpc/live.events`, {
      signal: stop.signal,
      headers: { accept: "text/event-stream" },
    });
    for await (const chunk of response.body) {
      if (!Buffer.from(chunk).toString().includes('"topic":"proxies"')) continue;
      refreshes += 1;
      const answer = await fetch(listUrl(url), { signal: stop.signal });
      bytes = (await answer.arrayBuffer()).byteLength;
    }
  };
  read().catch(() => undefined);
  return { close: () => stop.abort(), counts: () => ({ refreshes, bytes }) };
}

async function pageFigures(url) {
  const { chromium } = await import("@playwright/test");
  const executablePath = await browser();
  const engine = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    const page = await engine.newPage({ viewport: { width: 1440, height: 900 } });
    // The program of the pages is loaded; nobody has asked for a proxy yet.
    await page.goto(`${url}/findings`);
    await page.getByRole("link", { name: "Proxies" }).first().waitFor();
    const from = performance.now();
    await page.getByRole("link", { name: "Proxies" }).first().click();
    await page.locator('table[aria-label="Proxies"] tbody tr button').first().waitFor();
    line("to the first rows", performance.now() - from, "ms", LIMITS.firstRows);
    await page.getByText(/ proxies shown\./).waitFor();
    line("to all rows", performance.now() - from, "ms", LIMITS.allRows);
    const shown = await page.getByText(/ proxies shown\./).textContent();
    line("proxies", Number((shown ?? "").split(" of ")[0].replace(/\D/g, "")), "");
    line("frame while scrolling, p95", await scrollFrame(page), "ms", LIMITS.frame);
  } finally {
    await engine.close();
  }
}

/** The time between frames that all but one in twenty keep while the table is scrolled through. */
const scrollFrame = (page) =>
  page.evaluate(
    () =>
      new Promise((resolve) => {
        const table = document.querySelector('table[aria-label="Proxies"]');
        let scroller = table?.parentElement ?? document.body;
        while (scroller.scrollHeight <= scroller.clientHeight && scroller.parentElement)
          scroller = scroller.parentElement;
        const frames = [];
        let last = performance.now();
        const step = (now) => {
          frames.push(now - last);
          last = now;
          scroller.scrollTop += 400;
          if (frames.length < 120) requestAnimationFrame(step);
          else resolve(frames.sort((a, b) => a - b)[Math.floor(frames.length * 0.95)]);
        };
        requestAnimationFrame(step);
      }),
  );

async function crowdFigures(url, before) {
  const pages = Array.from({ length: PAGES }, () => openPage(url));
  const asked = await istiodRequests(url);
  await sleep(WATCHED_MS);
  const requests = ((await istiodRequests(url)) - asked) * (60_000 / WATCHED_MS);
  const counts = pages.map((page) => page.counts());
  line(`requests to istiod a minute, ${PAGES} pages`, requests, "", LIMITS.requests);
  line("refreshes of one page in that time", Math.max(...counts.map((c) => c.refreshes)), "");
  line("one table over the wire", Math.max(...counts.map((c) => c.bytes)) / 1000, "kB");
  line(
    "memory of the server, more than before",
    (await memoryOf(url)) - before,
    "MB",
    LIMITS.memory,
  );
  for (const page of pages) page.close();
}

async function scale(services) {
  process.stdout.write(`${services} services\n`);
  const { child: sandbox, address } = await startSandbox({ scenario: `scale:${services}` });
  const flags = ["--kubeconfig", address.kubeconfig, "--prometheus", address.prometheus];
  const { child, url } = await startServer({ flags });
  try {
    await sleep(3_000);
    const before = await memoryOf(url);
    line("memory of the server before anybody looks", before, "MB");
    await pageFigures(url);
    await crowdFigures(url, before);
  } finally {
    await stopAll([child], STOP_MS);
    await stopAll([sandbox], STOP_MS);
  }
}

await main(async () => {
  await install();
  await build();
  const given = process.argv.slice(2).map(Number).filter(Boolean);
  for (const services of given.length > 0 ? given : [1000, 5000]) await scale(services);
  const dump = ["scripts/run-bundled.mjs", "lab/bench/large-dump.ts", "large-dump"];
  const { status } = spawnSync(process.execPath, dump, { cwd: ROOT, stdio: "inherit" });
  return kept.every(Boolean) && status === 0 ? 0 : 1;
});
