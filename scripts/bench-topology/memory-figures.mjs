// Memory of tab and server over some minutes of updates: what it is, and by how much one adds to it.
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { drawn, metricsOf, withPage } from "./browser-page.mjs";
import { slope } from "./figures.mjs";
import { setPolicy } from "./policy-events.mjs";

/** In percent: what is measured differs by some from one collection to the next. */
const MOST_GROWTH = 5;
const SETTLED_MS = 45_000;
const SAMPLES = 12;
const LOOK_MS = 2_000;
/** Objects change this often, so that minutes hold as many updates as half an hour of telemetry. */
const CHANGE_MS = 500;

/**
 * Prints what tab and server hold while updates come for `minutes`, and how much each of the updates
 * adds, by the line that fits all samples best. `api` writes to the cluster, `server` is the server's
 * process id.
 */
export async function memoryFigures(url, { line, api, server, minutes }) {
  await withPage(async ({ page, client }) => {
    let updates = 0;
    page.on("response", (response) => {
      if (response.url().includes("topology.follow")) updates += 1;
    });
    await page.goto(`${url}/topology`);
    await drawn(page);
    const changes = keepChanging(api);
    await sleep(SETTLED_MS);
    const before = updates;
    const samples = [];
    for (let sample = 0; sample <= SAMPLES; sample += 1) {
      const heap = await leastHeap(url, sample > 0 ? (minutes * 60_000) / SAMPLES : LOOK_MS);
      // Collected twice: what finalizers let go of goes with the second.
      await client.send("HeapProfiler.collectGarbage");
      await client.send("HeapProfiler.collectGarbage");
      const { JSHeapUsedSize, Nodes } = await metricsOf(client);
      samples.push({
        tab: JSHeapUsedSize / 1e6,
        nodes: Nodes,
        heap,
        resident: residentMegabytes(server),
      });
    }
    const count = updates - before;
    await changes.stop();
    line(`updates in ${minutes} min`, count, "");
    const values = (key) => samples.map((sample) => sample[key]);
    const first = samples[0];
    const last = samples.at(-1);
    for (const [key, name] of Object.entries({
      tab: "memory of the tab",
      resident: "memory of the server",
    })) {
      line(`${name}, at first`, first[key], "MB");
      line(`${name}, at last`, last[key], "MB");
    }
    line("elements of the document, at last over at first", last.nodes - first.nodes, "");
    const perUpdate = (key) => (slope(values(key)) * SAMPLES) / count;
    for (const key of ["tab", "heap"]) {
      const name = key === "tab" ? "tab" : "server's heap";
      line(`growth of the ${name}, an update`, 1000 * perUpdate(key), "KB");
    }
    const share = (key) => (100 * slope(values(key)) * SAMPLES) / values(key)[0];
    line("growth of the tab over all updates", share("tab"), "%", MOST_GROWTH);
    line("growth of the server's heap over all updates", share("heap"), "%", MOST_GROWTH);
  });
}

/** Changes an object that the picture shows, again and again. */
function keepChanging(api) {
  let going = true;
  const done = (async () => {
    for (let present = true; going || !present; present = !present) {
      await setPolicy(api, present);
      await sleep(CHANGE_MS);
    }
  })();
  return {
    /** Puts the object back. */
    stop() {
      going = false;
      return done;
    },
  };
}

/** The least that the server's heap held while `ms` passed: what stays once rubbish is collected. */
async function leastHeap(url, ms) {
  const until = Date.now() + ms;
  let least = Infinity;
  do {
    await sleep(LOOK_MS);
    const text = await (await fetch(`${url}/metrics`)).text();
    const used = /^nodejs_heap_size_used_bytes(?:\{[^}]*\})? (\S+)/m.exec(text)?.[1];
    least = Math.min(least, Number(used) / 1e6);
  } while (Date.now() < until);
  return least;
}

/** What a process and its children hold. */
function residentMegabytes(pid) {
  const own = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean),
  );
  return own / 1024 + children.reduce((sum, child) => sum + residentMegabytes(child), 0);
}
