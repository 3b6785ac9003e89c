// Debian's Prometheus, filled with what Envoys of a mesh would report: as many namespaces as asked,
// ten services each, both reporters. The same mesh as manifests, for a sandbox that runs it.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Problem, stopAll } from "../processes.mjs";

const SERVICES = 10;
const SCRAPE_S = 15;
/** Longer than the window that is measured, by a few scrapes. */
const FILLED_S = 100;
const READY_MS = 30_000;
const STOP_MS = 10_000;
/** Istio's own. */
const BUCKETS = [
  0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 600_000,
  1_800_000, 3_600_000,
];

/** Whether a Prometheus is installed. */
export const hasPrometheus = () => spawnSync("prometheus", ["--version"]).status === 0;

/** Who calls whom: each service the next of its namespace, the last one that of the next. */
function* calls(namespaces) {
  for (let n = 0; n < namespaces; n += 1) {
    yield { from: ["istio-ingress", "istio-ingressgateway"], to: [`team-${n}`, "svc-0"], rate: 30 };
    for (let s = 0; s < SERVICES; s += 1) {
      const to =
        s + 1 < SERVICES
          ? [`team-${n}`, `svc-${s + 1}`]
          : [`team-${(n + 1) % namespaces}`, "svc-0"];
      yield { from: [`team-${n}`, `svc-${s}`], to, rate: 20 - s };
    }
  }
}

/** Every series: its name with labels, and by how much it grows in a second. */
function seriesOf(namespaces) {
  const series = [];
  let index = 0;
  for (const { from, to, rate } of calls(namespaces)) {
    index += 1;
    for (const reporter of ["source", "destination"]) {
      const side = (name, [namespace, service]) =>
        `${name}_workload="${service}-v1",${name}_workload_namespace="${namespace}",` +
        `${name}_canonical_service="${service}",${name}_canonical_revision="v1",` +
        `${name}_app="${service}",${name}_version="v1",${name}_cluster="Kubernetes",` +
        `${name}_principal="spiffe://cluster.local/ns/${namespace}/sa/${service}"`;
      const common =
        `reporter="${reporter}",${side("source", from)},${side("destination", to)},` +
        `destination_service="${to[1]}.${to[0]}.svc.cluster.local",` +
        `destination_service_name="${to[1]}",destination_service_namespace="${to[0]}",` +
        `request_protocol="http",response_flags="-",` +
        `connection_security_policy="${reporter === "source" ? "unknown" : "mutual_tls"}"`;
      const failing = index % 50 === 0 ? 0.08 : 0;
      for (const [code, share] of [
        ["200", 1 - failing],
        ...(failing > 0 ? [["503", failing]] : []),
      ]) {
        const labels = `${common},response_code="${code}"`;
        const of = rate * share;
        series.push([`istio_requests_total{${labels}}`, of]);
        const middle = 10 * (1 + (index % 20));
        for (const le of BUCKETS) {
          const below = 1 - Math.exp(-le / middle);
          const name = "istio_request_duration_milliseconds_bucket";
          series.push([`${name}{${labels},le="${le}"}`, of * below]);
        }
        for (const [metric, each] of [
          ["istio_request_duration_milliseconds", middle],
          ["istio_request_bytes", 700],
          ["istio_response_bytes", 4000],
        ]) {
          series.push([`${metric}_bucket{${labels},le="+Inf"}`, of]);
          series.push([`${metric}_sum{${labels}}`, of * each]);
          series.push([`${metric}_count{${labels}}`, of]);
        }
      }
    }
  }
  return series;
}

/** The manifests of the same mesh. */
function manifests(namespaces) {
  const documents = [];
  for (let n = 0; n < namespaces; n += 1) {
    const namespace = `team-${n}`;
    documents.push(
      `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${namespace}, labels: {istio-injection: enabled}}`,
    );
    for (let s = 0; s < SERVICES; s += 1) {
      const meta = `metadata: {name: svc-${s}, namespace: ${namespace}}`;
      const labels = `{app: svc-${s}, version: v1}`;
      documents.push(
        `apiVersion: v1\nkind: Service\n${meta}\nspec: {selector: {app: svc-${s}}, ports: [{name: http, port: 80}]}`,
        `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: svc-${s}-v1, namespace: ${namespace}}\n` +
          `spec: {replicas: 1, selector: {matchLabels: ${labels}}, template: {metadata: {labels: ${labels}}, ` +
          `spec: {containers: [{name: app, image: app}]}}}`,
      );
    }
  }
  return documents.join("\n---\n");
}

async function exporter(series) {
  const started = Date.now();
  const server = createServer((_request, response) => {
    const seconds = (Date.now() - started) / 1000 + 1000;
    response.writeHead(200, { "content-type": "text/plain; version=0.0.4" });
    let chunk = "";
    for (const [name, rate] of series) {
      chunk += `${name} ${(rate * seconds).toFixed(3)}\n`;
      if (chunk.length < 1_000_000) continue;
      response.write(chunk);
      chunk = "";
    }
    response.end(chunk);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: server.address().port, close: () => server.close() };
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * Starts a Prometheus that scrapes a mesh of `namespaces`. Resolves, once it has samples of
 * `seconds`, to its address, the folder of the mesh's manifests, and how to stop it all.
 */
export async function filledPrometheus(namespaces, seconds = FILLED_S) {
  const series = seriesOf(namespaces);
  const folder = mkdtempSync(join(tmpdir(), "quarterdeck-bench-prometheus-"));
  const source = await exporter(series);
  const port = await freePort();
  const manifestFolder = mkdtempSync(join(tmpdir(), "quarterdeck-bench-objects-"));
  writeFileSync(join(manifestFolder, "mesh.yaml"), manifests(namespaces));
  writeFileSync(
    join(folder, "prometheus.yml"),
    `global: {scrape_interval: ${SCRAPE_S}s, scrape_timeout: ${SCRAPE_S}s}\n` +
      `scrape_configs: [{job_name: mesh, static_configs: [{targets: ["127.0.0.1:${source.port}"]}]}]\n`,
  );
  const child = spawn(
    "prometheus",
    [
      `--config.file=${join(folder, "prometheus.yml")}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: "ignore" },
  );
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    await stopAll([child], STOP_MS);
    source.close();
    for (const path of [folder, manifestFolder]) rmSync(path, { recursive: true, force: true });
  };
  try {
    await ready(url);
    await sleep(seconds * 1000);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, objects: manifestFolder, series: series.length, stop };
}

async function ready(url) {
  const until = Date.now() + READY_MS;
  while (Date.now() < until) {
    const up = await fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (up) return;
    await sleep(200);
  }
  throw new Problem("Prometheus did not start", 1);
}
