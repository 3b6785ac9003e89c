import { type ExposedPoint, expositionText } from "../exposition";
import type { Answer } from "./engine";
import type { ScrapeTarget } from "./scrape-target";
import type { Series } from "./series";

/**
 * What every target exposed at its latest scrape, at `/targets/NAMESPACE/POD/metrics`, with the times
 * of virtual scrapes: whoever reads it has the very samples of the embedded Prometheus. `/targets` is
 * Prometheus' HTTP service discovery of them, at `host`.
 */
export function targetsAnswer(
  targets: readonly ScrapeTarget[],
  { path, host }: { readonly path: string; readonly host: string },
): Answer {
  if (path === "/targets") {
    const found = targets.map((target) => discovered(target, host));
    const pieces = [JSON.stringify(found)];
    return { status: 200, contentType: "application/json", pieces };
  }
  const target = targets.find((each) => pathOf(each) === decodeURI(path));
  if (!target?.isUp) {
    const status = target ? 503 : 404;
    return { status, contentType: "text/plain", pieces: ["no such target\n"] };
  }
  return {
    status: 200,
    contentType: "text/plain; version=0.0.4; charset=utf-8",
    pieces: [expositionText(latestPoints(target.exposed, Infinity))],
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
