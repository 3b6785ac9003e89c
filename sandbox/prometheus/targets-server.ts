import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { type ExposedPoint, expositionText } from "../exposition";
import type { ScrapeTarget } from "./scrape-target";
import type { Series } from "./series";

/** The scrape targets of the sandbox, for a Prometheus outside of it. */
export interface TargetsServer {
  /** `http://127.0.0.1:PORT/targets`: Prometheus' HTTP service discovery. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Serves what every target exposed at its latest scrape, at `/targets/NAMESPACE/POD/metrics`, with the
 * times of virtual scrapes: whoever reads it has the very samples of the embedded Prometheus.
 */
export async function serveTargets(
  targets: () => readonly ScrapeTarget[],
  port = 0,
): Promise<TargetsServer> {
  let base = "";
  const listener: RequestListener = (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://sandbox");
    if (pathname === "/targets") {
      const found = targets().map((target) => discovered(target, base));
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(found));
      return;
    }
    const target = targets().find((each) => pathOf(each) === decodeURI(pathname));
    if (!target?.isUp) {
      const status = target ? 503 : 404;
      response.writeHead(status, { "content-type": "text/plain" }).end("no such target\n");
      return;
    }
    response
      .writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" })
      .end(expositionText(latestPoints(target.exposed, Infinity)));
  };
  const server = createServer(listener);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  base = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${base}/targets`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function pathOf({ labels }: ScrapeTarget): string {
  const name = labels["pod"] ?? labels["instance"] ?? "";
  return `/targets/${labels["namespace"] ?? "-"}/${name}/metrics`;
}

/** One entry of HTTP service discovery; the labels are those of the embedded store. */
const discovered = (target: ScrapeTarget, host: string) => ({
  targets: [host],
  labels: { ...target.labels, __metrics_path__: pathOf(target) },
});

/** The latest samples of a target's series, at the time at which they were scraped. */
function* latestPoints(series: Iterable<Series>, now: number): Generator<ExposedPoint> {
  for (const each of series) {
    const latest = each.latest(now, Infinity);
    if (latest) yield { name: each.name, labels: each.own, value: latest.value, time: latest.time };
  }
}
