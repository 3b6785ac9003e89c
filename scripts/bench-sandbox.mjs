// `npm run bench:sandbox [-- SERVICES…]`: what the embedded cluster costs at 100, 1000 and 5000 services (or those
// given): start, memory, CPU while time stands, while the mesh is simulated and with the clients of the product, lists,
// watches, PromQL.
import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { build } from "esbuild";
import { parse } from "yaml";
import { ROOT } from "./bootstrap.mjs";
import { main, Problem, stopAll } from "./processes.mjs";
import { startSandbox } from "./sandbox-process.mjs";

const SIZES = [100, 1000, 5000];
/** What must hold at 5000 services; smaller ones cost less. */
const LIMITS = { start: 20, memory: 1500, cpu: 30, list: 2, event: 50, query: 1000 };
const OBSERVED_MS = 30_000;
const IDLE_MS = 10_000;
const PAGE = 500;
const EVENTS = 300;
/** While queries or pushes go on. */
const FEWER_EVENTS = 150;
const BETWEEN_EVENTS_MS = 60;
/** How much watches can take: so many writes by so many clients at once, each seen by so many watchers. */
const BURST = { writes: 1000, clients: 8, watchers: 10 };
const WINDOW_SECONDS = 60;
const QUERY_ROUNDS = 3;
const STOP_MS = 5_000;
const WATCHED = [
  "/api/v1/pods",
  "/api/v1/services",
  "/api/v1/namespaces",
  "/apis/apps/v1/deployments",
  "/apis/discovery.k8s.io/v1/endpointslices",
  "/apis/networking.istio.io/v1/virtualservices",
  "/apis/networking.istio.io/v1/destinationrules",
  "/apis/security.istio.io/v1/authorizationpolicies",
];

let failed = false;
function line(name, value, unit, limit) {
  const much = limit !== undefined && !(value <= limit);
  if (much) failed = true;
  const bound =
    limit === undefined ? "" : `  (at most ${limit} ${unit}${much ? ": TOO MUCH" : ""})`;
  process.stdout.write(`  ${name.padEnd(44)} ${value.toFixed(1).padStart(9)} ${unit}${bound}\n`);
}

/** User and system time of a process, in ms; memory that it holds, in MB. */
function usage(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kilobytes = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]);
  // The kernel's clock ticks a hundred times a second.
  const cpu = (Number(fields[11]) + Number(fields[12])) * 10;
  return { cpu, memory: kilobytes("VmRSS") / 1024, peak: kilobytes("VmHWM") / 1024 };
}

async function load(pid, ms) {
  const before = usage(pid);
  const since = performance.now();
  await sleep(ms);
  return (100 * (usage(pid).cpu - before.cpu)) / (performance.now() - since);
}

/** A client of the API server that a kubeconfig names. */
function clientOf(path) {
  const config = parse(readFileSync(path, "utf8"));
  const { server, "certificate-authority-data": authority } = config.clusters[0].cluster;
  const agent = new Agent({ keepAlive: true, ca: Buffer.from(authority, "base64") });
  const headers = { authorization: `Bearer ${config.users[0].user.token}` };
  const send = (method, target, body) =>
    new Promise((resolve, reject) => {
      const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
      const sent = request(
        `${server}${target}`,
        { method, agent, headers: { ...headers, "content-type": type } },
        resolve,
      );
      sent.on("error", reject);
      sent.end(body && JSON.stringify(body));
    });
  return {
    async ask(method, target, body) {
      const response = await send(method, target, body);
      const chunks = [];
      for await (const chunk of response) chunks.push(chunk);
      const text = Buffer.concat(chunks);
      if (response.statusCode >= 300) throw new Problem(`${method} ${target}: ${text}`);
      return { bytes: text.length, body: JSON.parse(text) };
    },
    /** Calls `change` with each event of a watch until it is stopped. */
    async watch(target, change) {
      const response = await send("GET", `${target}?watch=1`);
      let rest = "";
      response.on("data", (chunk) => {
        const lines = (rest + chunk).split("\n");
        rest = lines.pop();
        if (change) for (const text of lines) change(JSON.parse(text));
      });
      response.on("error", () => {});
      return () => response.destroy();
    },
  };
}

/** Lets virtual time stand while `during` runs. */
async function standing({ kubeconfig, control }, during) {
  const { token } = parse(readFileSync(kubeconfig, "utf8")).users[0].user;
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const fault = JSON.stringify({ kind: "clock-speed", speed: 0 });
  const faults = `${control}/faults`;
  const answer = await fetch(faults, { method: "POST", headers, body: fault });
  if (!answer.ok) throw new Problem(`${faults}: ${await answer.text()}`);
  const result = await during();
  await fetch(faults, { method: "DELETE", headers });
  return result;
}

async function listPods(client) {
  const since = performance.now();
  let [count, bytes, token] = [0, 0, ""];
  do {
    const page = await client.ask("GET", `/api/v1/pods?limit=${PAGE}&continue=${token}`);
    count += page.body.items.length;
    bytes += page.bytes;
    token = page.body.metadata.continue ?? "";
  } while (token);
  return { count, bytes, seconds: (performance.now() - since) / 1000 };
}

const MAPS = "/api/v1/namespaces/default/configmaps";

/**
 * From a write to the event at a watcher, in ms, sorted.
 * @param between awaited now and then between two writes, not measured itself
 */
async function eventTimes(client, events, between = () => undefined) {
  const sent = new Map();
  const times = [];
  const name = `bench-${events}-${Date.now()}`;
  const target = MAPS;
  await client.ask("POST", target, { apiVersion: "v1", kind: "ConfigMap", metadata: { name } });
  const stop = await client.watch(target, ({ object }) => {
    const at = sent.get(object.data?.number);
    if (at !== undefined) times.push(performance.now() - at);
  });
  for (let number = 0; number < events; number += 1) {
    sent.set(String(number), performance.now());
    await client.ask("PATCH", `${target}/${name}`, { data: { number: String(number) } });
    await sleep(BETWEEN_EVENTS_MS);
    if (number % 10 === 9) await between(number);
  }
  stop();
  return times.sort((a, b) => a - b);
}

/** Events that watchers got per second, while clients write as fast as they can. */
async function watchThroughput(client) {
  const names = Array.from({ length: BURST.clients }, (_, number) => `burst-${number}`);
  for (const name of names) {
    await client.ask("POST", MAPS, { apiVersion: "v1", kind: "ConfigMap", metadata: { name } });
  }
  let seen = 0;
  const stops = [];
  for (let number = 0; number < BURST.watchers; number += 1) {
    stops.push(await client.watch(MAPS, ({ object }) => (seen += object.data?.burst ? 1 : 0)));
  }
  const since = performance.now();
  let written = 0;
  const write = async (name) => {
    while (written < BURST.writes) {
      written += 1;
      await client.ask("PATCH", `${MAPS}/${name}`, { data: { burst: `${written}` } });
    }
  };
  await Promise.all(names.map(write));
  while (seen < BURST.writes * BURST.watchers) await sleep(1);
  const seconds = (performance.now() - since) / 1000;
  for (const stop of stops) stop();
  return { events: seen / seconds, writes: BURST.writes / seconds };
}

/** The quantiles of some times, and of how many. */
function quantileLines(name, times, limit) {
  line(`${name} (${times.length} events), p50`, quantile(times, 0.5), "ms");
  line("  p99", quantile(times, 0.99), "ms", limit);
  line("  worst", times.at(-1), "ms");
}

/** Changes a VirtualService, which istiod then pushes to every proxy that sees it. */
async function changeRoute(client, number) {
  const path = "/apis/networking.istio.io/v1/virtualservices?limit=50";
  const { items } = (await client.ask("GET", path)).body;
  const { metadata, spec } = items[number % items.length];
  const target = `/apis/networking.istio.io/v1/namespaces/${metadata.namespace}/virtualservices/${metadata.name}`;
  const [first, ...others] = spec.http ?? [];
  if (!first) return;
  const http = [{ ...first, timeout: `${number + 1}s` }, ...others];
  await client.ask("PATCH", target, { spec: { http } });
}

const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];

const asked = (prometheus, query) =>
  fetch(`${prometheus}/api/v1/query`, { method: "POST", body: new URLSearchParams({ query }) });

/** Asks and reads, but makes nothing of it: this process measures something else meanwhile. */
async function askAll(prometheus, queries) {
  for (const query of Object.values(queries)) {
    const { body } = await asked(prometheus, query);
    await body.pipeTo(new WritableStream());
  }
}

async function queryTimes(prometheus, queries) {
  const times = [];
  for (const query of Object.values(queries)) {
    const since = performance.now();
    const response = await asked(prometheus, query);
    const answer = await response.json();
    if (answer.status !== "success") throw new Problem(`${query}: ${answer.error}`);
    times.push({ ms: performance.now() - since, results: answer.data.result.length });
  }
  return times;
}

/** The product's own queries of one refresh of the graph. */
async function graphQueries() {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: ["lib/graph/queries.ts"],
    bundle: true,
    write: false,
    format: "esm",
    alias: { "@": ROOT.replace(/\/$/, "") },
  });
  const source = encodeURIComponent(outputFiles[0].text);
  return (await import(`data:text/javascript,${source}`)).graphQueries(WINDOW_SECONDS);
}

async function bench(services, queries, children) {
  const limits = services === SIZES.at(-1) ? LIMITS : {};
  process.stdout.write(`scale:${services}\n`);
  const since = performance.now();
  const { child, address } = await startSandbox({
    scenario: `scale:${services}`,
    onStart: (started) => children.push(started),
  });
  line("ready", (performance.now() - since) / 1000, "s", limits.start);
  line("  CPU time until then", usage(child.pid).cpu / 1000, "s");
  const client = clientOf(address.kubeconfig);
  const standingCpu = await standing(address, () => load(child.pid, IDLE_MS));
  line("CPU while time stands", standingCpu, "%");
  const simulating = await load(child.pid, OBSERVED_MS);
  line("CPU while the mesh is simulated at 1x", simulating, "%", limits.cpu);

  const pods = await listPods(client);
  line(`list of ${pods.count} pods in pages of ${PAGE}`, pods.seconds, "s", limits.list);
  line("  that is", pods.count / pods.seconds, "pods/s");

  const stops = [];
  for (const target of WATCHED) stops.push(await client.watch(target));
  const cpuBefore = usage(child.pid).cpu;
  const start = performance.now();
  const events = await eventTimes(client, EVENTS);
  const cpu = usage(child.pid).cpu - cpuBefore;
  const passed = performance.now() - start;
  quantileLines("write to watcher", events, limits.event);
  line("CPU with watches and writes", (100 * cpu) / passed, "%");
  const pushed = await eventTimes(client, FEWER_EVENTS, (number) => changeRoute(client, number));
  quantileLines("  while routes change", pushed, limits.event);
  let over = false;
  const asking = (async () => {
    while (!over) await askAll(address.prometheus, queries);
  })();
  const queried = await eventTimes(client, FEWER_EVENTS);
  over = true;
  await asking;
  quantileLines("  while graph queries run", queried, limits.event);
  const throughput = await watchThroughput(client);
  line(`watch throughput, ${BURST.watchers} watchers`, throughput.events, "events/s");
  line("  that is", throughput.writes, "writes/s");

  const names = Object.keys(queries);
  const rounds = [];
  for (let round = 0; round < QUERY_ROUNDS; round += 1) {
    rounds.push(await queryTimes(address.prometheus, queries));
    await sleep(1000);
  }
  for (const [index, name] of names.entries()) {
    const times = rounds.map((round) => round[index].ms).sort((a, b) => a - b);
    const { results } = rounds.at(-1)[index];
    line(
      `graph query ${name} (${results} results), median`,
      quantile(times, 0.5),
      "ms",
      limits.query,
    );
  }
  for (const stop of stops) stop();
  const { memory, peak } = usage(child.pid);
  line("memory", memory, "MB", limits.memory);
  line("  at its peak", peak, "MB", limits.memory);
  await stopAll(children, STOP_MS);
}

await main(async () => {
  const given = process.argv.slice(2).map(Number);
  if (given.some((count) => !Number.isInteger(count) || count < 1)) {
    throw new Problem("usage: npm run bench:sandbox [-- SERVICES…]");
  }
  if (process.platform !== "linux") throw new Problem("bench:sandbox reads /proc: run it on Linux");
  await import("./build-node.mjs");
  const queries = await graphQueries();
  const children = [];
  try {
    for (const services of given.length > 0 ? given : SIZES) {
      await bench(services, queries, children);
    }
  } finally {
    await stopAll(children, STOP_MS);
  }
  return failed ? 1 : 0;
});
