// What a refresh costs the server: its queries, their time without us (the floor), ours, bytes.
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { percentile, timed } from "./figures.mjs";

const ROUNDS = 9;
const LIMITS = {
  queries: 8,
  overFloor: 1.3,
  secondViewer: 50,
  kilobytes: 1000,
  gzip: 150,
  hanging: 5000,
};
/** A look at a page that nobody looked at before, and one at a large mesh on a small machine. */
const PATIENCE_MS = 120_000;

const bytesOf = async (url, headers = {}) => {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(PATIENCE_MS) });
  if (!response.ok) throw new Error(`${response.status} ${(await response.text()).slice(0, 300)}`);
  return Buffer.from(await response.arrayBuffer());
};

/** All queries of a graph at one instant and in parallel; their answers are read, and no more. */
async function askPrometheus(prometheus, queries, at) {
  await Promise.all(
    Object.values(queries).map(async (query) => {
      const body = new URLSearchParams({ query, time: String(at) });
      const answer = await fetch(`${prometheus}/api/v1/query`, { method: "POST", body });
      // Whoever needs the numbers parses them.
      const { status, error } = await answer.json();
      if (status !== "success") throw new Error(`Prometheus: ${error}`);
    }),
  );
}

/** A graph with traffic: the first answer of a large mesh comes later than anybody waits for it. */
export async function firstGraph(url) {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const response = await fetch(`${url}/api/v1/graph?duration=60s`);
    const graph = await response.json();
    if (graph.telemetry?.state === "live" && graph.edges.length > 0) return graph;
    if (Date.now() > until) throw new Error(`no traffic: ${JSON.stringify(graph).slice(0, 300)}`);
    await sleep(1_000);
  }
}

/** What the page asks for; another window is another reading. */
const pageQuery = (base, windowSeconds, view) => {
  const fold = view === "graph" ? { fold: { opened: [], closed: [], kept: [] } } : {};
  const table = view === "table" ? { table: {} } : {};
  const input = { type: "versionedApp", namespaces: [], windowSeconds, ...fold, ...table };
  return `${base}/api/trpc/topology.follow?input=${encodeURIComponent(JSON.stringify({ json: input }))}`;
};

const readingOf = (bytes) => JSON.parse(JSON.parse(bytes).result.data.json.reading);

/** Prints the figures of the server at `url`, whose Prometheus is `prometheus` behind `proxy`. */
export async function serverFigures(url, { prometheus, proxy, line }) {
  const graph = await firstGraph(url);
  line("nodes of the mesh", graph.nodes.length, "");
  line("edges of the mesh", graph.edges.length, "");
  const [floors, times, counts] = [[], [], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    // A time of its own is a reading of its own: nothing of it is remembered.
    const at = Math.round((Date.now() - 1000 * (round + 3)) / 1000);
    const before = proxy.asked.length;
    const whole = await timed(() => bytesOf(`${url}/api/v1/graph?duration=60s&at=${at}`));
    times.push(whole.ms);
    counts.push(proxy.asked.length - before);
    // Both in turn, so that the load of the machine is the same for both.
    floors.push((await timed(() => askPrometheus(prometheus, graph.queries, at))).ms);
  }
  const floor = percentile(floors, 0.5);
  line("queries of one refresh", Math.max(...counts), "", LIMITS.queries);
  line("floor: the queries straight to Prometheus, p50", floor, "ms");
  line("floor, p95", percentile(floors, 0.95), "ms");
  line("server, whole graph, p50", percentile(times, 0.5), "ms");
  line("server, whole graph, p95", percentile(times, 0.95), "ms");
  line("server over floor, p50", percentile(times, 0.5) / floor, "x", LIMITS.overFloor);
  const first = await timed(() => bytesOf(pageQuery(url, 300, "graph")));
  line("first viewer of a window: traffic on the page", first.ms, "ms");
  const again = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    again.push((await timed(() => bytesOf(pageQuery(url, 300, "graph")))).ms);
  }
  line("second viewer, p50", percentile(again, 0.5), "ms", LIMITS.secondViewer);
  for (const view of ["graph", "table"]) {
    const bytes = await bytesOf(pageQuery(url, 300, view));
    line(`payload of the ${view}`, bytes.length / 1000, "KB", LIMITS.kilobytes);
    line(`payload of the ${view}, gzip`, gzipSync(bytes).length / 1000, "KB", LIMITS.gzip);
  }
  await hangingFigures(url, { proxy, line });
}

/** Prometheus answers nothing any more: how soon a page has what was known, and that it is old. */
async function hangingFigures(url, { proxy, line }) {
  const known = readingOf(await bytesOf(pageQuery(url, 300, "graph")));
  proxy.hang(true);
  try {
    // Long enough that what is known is old, and is asked for again.
    await sleep(15_000);
    const { result, ms } = await timed(async () =>
      readingOf(await bytesOf(pageQuery(url, 300, "graph"))),
    );
    if (!(result.at >= known.at) || result.telemetry.state !== "stale") {
      throw new Error(`while Prometheus hangs: ${JSON.stringify(result.telemetry)}`);
    }
    line("Prometheus hangs: what is known, with its age", ms, "ms", LIMITS.hanging);
    const fresh = await timed(() => bytesOf(pageQuery(url, 900, "graph")));
    line("Prometheus hangs: a window never seen", fresh.ms, "ms", LIMITS.hanging);
  } finally {
    proxy.hang(false);
  }
}
