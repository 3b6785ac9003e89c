import { collectDefaultMetrics, Counter, Gauge, Registry } from "prom-client";
import { runtime, type RunningRuntime } from "../container";

const SOURCE_STATES = ["connecting", "live", "stale", "forbidden", "down", "off"] as const;

/** One registry a runtime, however often this module is loaded. */
const registries = new WeakMap<RunningRuntime, Registry>();

/** The metrics of this process, in Prometheus' text format. */
export async function handleMetrics(): Promise<Response> {
  const running = runtime();
  const registry = registries.get(running) ?? processRegistry(running);
  registries.set(running, registry);
  const texts = await Promise.all([registry.metrics(), running.rollouts.metrics()]);
  return new Response(texts.join("\n"), {
    headers: { "content-type": registry.contentType, "cache-control": "no-store" },
  });
}

function processRegistry({ live, mesh, sources, podRequests }: RunningRuntime): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  new Gauge({
    name: "quarterdeck_pages",
    help: "Open pages that listen to changes.",
    registers,
    collect() {
      this.set(live.listeners);
    },
  });
  new Gauge({
    name: "quarterdeck_mesh_version",
    help: "Version of the newest snapshot of the cluster.",
    registers,
    collect() {
      this.set(mesh.view().version);
    },
  });
  new Gauge({
    name: "quarterdeck_mesh_problems",
    help: "Kinds that cannot be read.",
    registers,
    collect() {
      this.set(mesh.problems().length);
    },
  });
  new Gauge({
    name: "quarterdeck_source_state",
    help: "1 for the state that a source of data is in.",
    labelNames: ["source", "state"],
    registers,
    collect() {
      for (const { source, state } of sources.current()) {
        for (const name of SOURCE_STATES) {
          this.set({ source, state: name }, name === state ? 1 : 0);
        }
      }
    },
  });
  new Counter({
    name: "quarterdeck_pod_requests_total",
    help: "Requests to istiods and to the admin pages of Envoys.",
    labelNames: ["program"],
    registers,
    collect() {
      this.reset();
      for (const { program, count } of podRequests.all()) this.inc({ program }, count);
    },
  });
  return registry;
}
