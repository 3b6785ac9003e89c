import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import type { Folders } from "../folders";
import { podName, type Topology } from "../topology";
import { parseAccessLog } from "./access-log";
import { IstioMetrics } from "./istio-metrics";

export const EXPORTER_PORT = 19_464;
const READ_EVERY_MS = 500;
const MAX_READ_BYTES = 8 << 20;

/** Follows the access logs of all proxies and serves what it counted; runs until it is ended. */
export function runExporter(folders: Folders, topology: Topology): void {
  const metrics = new IstioMetrics(topology);
  const files = topology.workloads
    .filter(({ proxy }) => proxy !== "none")
    .map((workload) => ({
      pod: podName(workload),
      path: join(folders.logs, `${workload.namespace}_${podName(workload)}_istio-proxy.log`),
      offset: 0,
      rest: "",
    }));
  setInterval(() => {
    for (const file of files) {
      for (const line of newLines(file)) {
        const entry = parseAccessLog(line);
        if (entry) metrics.count(file.pod, entry);
      }
    }
  }, READ_EVERY_MS);
  createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/plain; version=0.0.4" }).end(metrics.text());
  }).listen(EXPORTER_PORT, "127.0.0.1");
}

/** The complete lines that were added to a file since the last look. */
function newLines(file: { path: string; offset: number; rest: string }): string[] {
  if (!existsSync(file.path)) return [];
  const size = statSync(file.path).size;
  if (size < file.offset) file.offset = 0;
  const length = Math.min(size - file.offset, MAX_READ_BYTES);
  if (length === 0) return [];
  const buffer = Buffer.alloc(length);
  const descriptor = openSync(file.path, "r");
  const read = readSync(descriptor, buffer, 0, length, file.offset);
  closeSync(descriptor);
  file.offset += read;
  const lines = (file.rest + buffer.toString("utf8", 0, read)).split("\n");
  file.rest = lines.pop() ?? "";
  return lines;
}
