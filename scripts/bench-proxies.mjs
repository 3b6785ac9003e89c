// `npm run bench:proxies [-- 1000 5000 dump]`: what the page of all proxies costs on the sandbox at
// some numbers of services: time to its first and to all of its rows in a browser, frames while
// scrolling, memory of the server, requests to istiod with twenty pages open; and how long a dump of
// 20 MB takes to a table: a live one, and one that is given to the browser as a file. Each figure is
// printed with its limit and whether it is met. Parts may be run one by one.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
  memory: 150,
  requests: 2 * REFRESHES_A_MINUTE,
  dump: 1500,
};
const DUMP_PART = "dump";
/** The port for discarding: nothing listens there. */
const NOWHERE = "http://127.0.0.1:9";

let allMet = true;
function line(name, value, unit, limit) {
  const met = limit === undefined || value <= limit;
  allMet &&= met;
  const bound = limit === undefined ? "" : `  at most ${limit} ${unit}  ${met ? "met" : "NOT MET"}`;
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

const listUrl = (url) => `${url}/api/trpc/proxies.list?input=${encodeURIComponent('{"json":{}}')}`;

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

/** The server has drawn pages and judged the mesh, as it has whenever somebody works with it. */
async function warm(url) {
  for (const path of ["/proxies", "/findings"]) await (await fetch(url + path)).text();
  await (await fetch(`${url}/api/trpc/config.findings`)).text();
}

/** Opens a browser, and closes it whatever happens. */
async function withPage(act) {
  const { chromium } = await import("@playwright/test");
  const executablePath = await browser();
  const engine = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    return await act(await engine.newPage({ viewport: { width: 1440, height: 900 } }));
  } finally {
    await engine.close();
  }
}

const TABLE = 'table[aria-label="Proxies"] tbody tr button';

const pageFigures = (url) =>
  withPage(async (page) => {
    // Nobody has asked for a proxy yet: the page, its program and the first answer of istiod.
    let from = performance.now();
    const since = () => performance.now() - from;
    await page.goto(`${url}/proxies`);
    await page.locator(TABLE).first().waitFor();
    line("opened by its address, to the first rows", since(), "ms", LIMITS.firstRows);
    await page.getByText("syncz ").waitFor({ timeout: 60_000 });
    await page.getByText(/ proxies shown\./).waitFor();
    line("opened by its address, to all that istiod says", since(), "ms", LIMITS.allRows);
    await page.getByRole("link", { name: "Rollouts" }).first().click();
    await page.getByRole("heading", { name: "Rollouts" }).first().waitFor();
    await sleep(1_000);
    from = performance.now();
    await page.getByRole("link", { name: "Proxies" }).first().click();
    await page.locator(TABLE).first().waitFor();
    line("from another page, to the first rows", since(), "ms", LIMITS.firstRows);
    await page.getByText(/ proxies shown\./).waitFor();
    line("from another page, to all rows", since(), "ms", LIMITS.allRows);
    const shown = await page.getByText(/ proxies shown\./).textContent();
    line("proxies", Number((shown ?? "").split(" of ")[0].replace(/\D/g, "")), "");
    line("frame while scrolling, p95", await scrollFrame(page), "ms");
  });

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
  // Without telemetry: what the graph costs is measured by bench:topology.
  const flags = ["--kubeconfig", address.kubeconfig, "--prometheus", NOWHERE];
  const { child, url } = await startServer({ flags });
  try {
    await warm(url);
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

/** A saved dump, compared with what a proxy holds now: read in the browser, sent nowhere. */
async function givenDump(file) {
  const { child: sandbox, address } = await startSandbox({ scenario: "bookinfo" });
  const flags = ["--kubeconfig", address.kubeconfig, "--prometheus", address.prometheus];
  const { child, url } = await startServer({ flags });
  try {
    await withPage(async (page) => {
      await page.goto(`${url}/proxies?q=productpage&tab=compare&against=file`);
      await page.locator(TABLE).nth(1).click();
      const given = page.getByLabel("Saved dump");
      await given.waitFor();
      await page.getByRole("button", { name: "Save what it holds now" }).waitFor();
      await sleep(2_000);
      const from = performance.now();
      await given.setInputFiles(file);
      await page
        .getByText(/differ/)
        .first()
        .waitFor();
      line(
        "a given dump of 20 MB, to its first table",
        performance.now() - from,
        "ms",
        LIMITS.dump,
      );
    });
  } finally {
    await stopAll([child], STOP_MS);
    await stopAll([sandbox], STOP_MS);
  }
}

async function dumps() {
  const bench = (...args) => {
    const program = ["scripts/run-bundled.mjs", "lab/bench/large-dump.ts", "large-dump", ...args];
    return spawnSync(process.execPath, program, { cwd: ROOT, stdio: "inherit" }).status === 0;
  };
  allMet &&= bench();
  const folder = mkdtempSync(join(tmpdir(), "quarterdeck-bench-"));
  try {
    const file = join(folder, "dump.json");
    if (!bench("--write", file)) throw new Problem("the dump could not be made", 1);
    await givenDump(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

await main(async () => {
  const given = process.argv.slice(2);
  const wrong = given.find((part) => part !== DUMP_PART && !/^[1-9]\d*$/.test(part));
  if (wrong !== undefined)
    throw new Problem(`no part '${wrong}': a number of services, or ${DUMP_PART}`);
  await install();
  await build();
  for (const part of given.length > 0 ? given : ["1000", "5000", DUMP_PART]) {
    if (part === DUMP_PART) await dumps();
    else await scale(Number(part));
  }
  process.stdout.write(allMet ? "every limit is met\n" : "NOT every limit is met\n");
  return allMet ? 0 : 1;
});
