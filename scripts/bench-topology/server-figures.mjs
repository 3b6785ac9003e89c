// What a refresh costs the server: its queries, their time without us (the floor), ours, bytes.
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { percentile, timed } from "./figures.mjs";

const ROUNDS = 7;
const LIMITS = { queries: 8, overFloor: 1.3, secondViewer: 50, kilobytes: 1000, gzip: 150 };
/** A look at a page that nobody looked at before, and one at a large mesh on a small machine. */
const PATIENCE_MS = 120_000;

/** Stands before Prometheus, and remembers what was asked. */
export async function countingProxy(target) {
  const asked = [];
  const server = createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", async () => {
      const body = Buffer.concat(chunks).toString();
      const query = new URLSearchParams(body).get("query");
      if (query) asked.push(query);
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

const bytesOf = async (url) => {
  const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
  return Buffer.from(await response.arrayBuffer());
};

/** All queries of a graph at one instant, traffic before latency as the product asks them. */
async function askPrometheus(prometheus, queries, at) {
  const { requests, tcp, ...later } = queries;
  for (const round of [{ requests, tcp }, later]) {
    await Promise.all(
      Object.values(round).map(async (query) => {
        const body = new URLSearchParams({ query, time: String(at) });
        const answer = await fetch(`${prometheus}/api/v1/query`, { method: "POST", body });
        // Whoever needs the numbers parses them.
        await answer.json();
      }),
    );
  }
}

/** A graph with traffic: the first answer of a large mesh comes later than anybody waits for it. */
async function firstGraph(url) {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const graph = JSON.parse(await bytesOf(`${url}/api/v1/graph?duration=60s`));
    if (graph.telemetry.state === "live" && graph.edges.length > 0) return graph;
    if (Date.now() > until) throw new Error(`no traffic: ${graph.telemetry.message}`);
    await sleep(1_000);
  }
}

/** What the page asks for; another window is another reading. */
const pageQuery = (base, windowSeconds, view) => {
  const fold = view === "graph" ? { fold: { opened: [], closed: [], kept: [] } } : {};
  const input = { type: "versionedApp", namespaces: [], windowSeconds, ...fold };
  return `${base}/api/trpc/topology.follow?input=${encodeURIComponent(JSON.stringify({ json: input }))}`;
};

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
  line("server, whole graph, p50", percentile(times, 0.5), "ms");
  line("server, whole graph, p95", percentile(times, 0.95), "ms");
  line("server over floor", percentile(times, 0.5) / floor, "x", LIMITS.overFloor);
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
}
