// What the graph costs the browser: the first one, panning, refreshes, events.
import { setTimeout as sleep } from "node:timers/promises";
import { drawn, metricsOf, withPage } from "./browser-page.mjs";
import { percentile } from "./figures.mjs";
import { setPolicy, watchPolicy } from "./policy-events.mjs";

const LIMITS = {
  elements: 300,
  firstGraph: 2500,
  frame: 50,
  refresh: 60,
  moved: 0,
  eventP95: 250,
};
const WATCHED_MS = 20_000;
/** Latency comes after traffic, and code that waits for a quiet moment after both. */
const SETTLED_MS = 4_000;
const PAN_STEPS = 80;
const EVENTS = 20;
const EVENT_MS = 10_000;

/** Prints the figures of the page at `url`. `api` writes to its cluster. */
export async function pageFigures(url, { line, api }) {
  await withPage(async ({ page, client }) => {
    let answers = 0;
    let dataAt = 0;
    page.on("requestfinished", (request) => {
      if (!request.url().includes("topology.follow")) return;
      answers += 1;
      dataAt ||= performance.now();
    });
    const opened = performance.now();
    await page.goto(`${url}/topology`);
    await drawn(page);
    const seen = performance.now();
    line("first graph after its data", seen - dataAt, "ms", LIMITS.firstGraph);
    line("first graph after the address was opened", seen - opened, "ms");
    line("main thread until the first graph", 1000 * (await mainThread(client)), "ms");
    await sleep(SETTLED_MS);
    line("elements drawn by default", await elements(page), "", LIMITS.elements);
    line("frame while panning, p50", await panFrame(page), "ms", LIMITS.frame);
    await refreshFigures({ page, client, line, answers: () => answers });

    const { sinceWrite, sinceEvent } = await eventLatencies(page, api);
    line("write sent to DOM, p50", percentile(sinceWrite, 0.5), "ms");
    line("write sent to DOM, p95", percentile(sinceWrite, 0.95), "ms");
    line("event to DOM, p50", percentile(sinceEvent, 0.5), "ms");
    line("event to DOM, p95", percentile(sinceEvent, 0.95), "ms", LIMITS.eventP95);

    const namespace = await largestGroup(page);
    if (namespace !== undefined) {
      await page.goto(`${url}/topology?open=${namespace}`);
      await drawn(page);
      await sleep(SETTLED_MS);
      line(`elements with ${namespace} open`, await elements(page), "");
      line(`frame with ${namespace} open, p50`, await panFrame(page), "ms", LIMITS.frame);
    }
  });
}

/** What the page works while nobody touches it; what it works without refreshes is in it too. */
async function refreshFigures({ page, client, line, answers }) {
  const before = await mainThread(client);
  const asked = answers();
  const { moved, longest } = await watchRefresh(page);
  const refreshes = Math.max(1, answers() - asked);
  const busy = (await mainThread(client)) - before;
  line(`refreshes in ${WATCHED_MS / 1000} s`, answers() - asked, "");
  line("main thread of a refresh, mean", (1000 * busy) / refreshes, "ms", LIMITS.refresh);
  line("longest task of a refresh (0: none above 50)", longest, "ms", LIMITS.refresh);
  line("plates moved by refreshes", moved, "", LIMITS.moved);
}

/** Plates, boxes, labels of the page, and the calls that the canvas draws. */
const elements = async (page) => {
  const drawn = await page.locator(".qd-plate, .qd-graph-box, .qd-edge-label").count();
  const calls = await page.locator("[data-drawn-calls]").getAttribute("data-drawn-calls");
  return drawn + Number(calls);
};

/** Seconds that the main thread has worked. */
const mainThread = async (client) => (await metricsOf(client)).TaskDuration;

/** The median time between frames while the ground is dragged, and the graph with it. */
async function panFrame(page) {
  const box = await page.getByRole("group", { name: "Service graph" }).boundingBox();
  const place = () =>
    page.evaluate(() => document.querySelector(".qd-plate").getBoundingClientRect().x);
  const from = await place();
  await page.evaluate(() => {
    globalThis.frames_ = [];
    const look = (now) => {
      globalThis.frames_.push(now);
      if (globalThis.framesOn_) requestAnimationFrame(look);
    };
    globalThis.framesOn_ = true;
    requestAnimationFrame(look);
  });
  const [x, y] = [box.x + 6, box.y + box.height - 6];
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
  if ((await place()) === from) throw new Error("the graph did not move while it was dragged");
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

/**
 * Milliseconds until the picture shows a change: from sending the write to the API server, and from its
 * event, as another client that watches hears it: what the sandbox takes to write is none of ours.
 */
async function eventLatencies(page, api) {
  const [sinceWrite, sinceEvent] = [[], []];
  const heard = new Map();
  const stop = await watchPolicy(api, (present) => heard.set(present, Date.now()));
  for (let index = 0; index < EVENTS; index += 1) {
    const present = index % 2 === 0;
    const seen = page.evaluate(
      ([there, limit]) =>
        new Promise((resolve, reject) => {
          const holds = () =>
            [...document.querySelectorAll(".qd-graph-box")].some(({ textContent }) =>
              /istio-ingress.*DISABLE/.test(textContent),
            ) === there;
          const finish = () => {
            if (!holds()) return;
            observer.disconnect();
            resolve(Date.now());
          };
          const observer = new MutationObserver(finish);
          observer.observe(document.body, { subtree: true, childList: true, characterData: true });
          setTimeout(() => reject(new Error("the change did not show on the page")), limit);
          finish();
        }),
      [present, EVENT_MS],
    );
    heard.delete(present);
    const since = Date.now();
    await setPolicy(api, present);
    const at = await seen;
    sinceWrite.push(at - since);
    sinceEvent.push(at - (heard.get(present) ?? at));
    await sleep(400);
  }
  stop();
  return { sinceWrite, sinceEvent };
}

/** The folded namespace with the most services. */
const largestGroup = (page) =>
  page.evaluate(() => {
    const groups = [...document.querySelectorAll("[data-shape=folded]")].map((plate) => ({
      namespace: plate.dataset.plate.replace("group:", ""),
      services: Number(/([\d,]+) services/.exec(plate.textContent)?.[1]?.replace(",", "") ?? 0),
    }));
    const named = groups.filter(({ namespace }) => namespace !== "*");
    return named.sort((a, b) => b.services - a.services)[0]?.namespace;
  });
