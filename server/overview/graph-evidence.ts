import { type Instant, instant, seconds } from "@/lib/base/units";
import { ERROR_LIMITS } from "@/lib/graph/response-limits";
import { CLIENT_REPORTERS, requestRate } from "@/lib/graph/queries";
import { isFailure } from "@/lib/graph/traffic";
import type { Metrics } from "../ports";
import type { Incident } from "./incident";

const SPAN = seconds(30 * 60);
const STEP = seconds(30);

/**
 * Adds to incidents of the graph the error share of their service over the last half hour, and
 * reads from it when they began.
 *
 * @throws AppError of the metrics adapter
 */
export async function withEvidence(
  incident: Incident,
  { metrics, at, signal }: { metrics: Metrics; at: Instant; signal?: AbortSignal },
): Promise<Incident> {
  const { target, evidence } = incident;
  if (target?.page !== "topology" || !target.id.includes("/") || !evidence) return incident;
  const [namespace = "", name = ""] = target.id.split("/");
  const selection = {
    reporter: CLIENT_REPORTERS,
    destination_service_name: name,
    destination_service_namespace: namespace,
  };
  // Steps lie on a grid of their own, so that the beginning stays where it was at the next look.
  const end = instant(Math.floor(at / STEP) * STEP);
  const start = instant(end - SPAN);
  const series = await metrics.queryRange(
    requestRate(selection, STEP / 1000, ["response_code", "grpc_response_status"]),
    { start, end, step: STEP },
    signal ? { signal } : {},
  );
  const steps = SPAN / STEP + 1;
  const all = new Array<number>(steps).fill(0);
  const failed = new Array<number>(steps).fill(0);
  for (const { labels, points } of series) {
    const { response_code: code = "", grpc_response_status: grpcStatus } = labels;
    for (const point of points) {
      const step = Math.round((point.at - start) / STEP);
      if (point.value === null || step < 0 || step >= steps) continue;
      all[step] = (all[step] ?? 0) + point.value;
      if (isFailure({ code, grpcStatus })) failed[step] = (failed[step] ?? 0) + point.value;
    }
  }
  const points = all.map((sum, step) => (sum > 0 ? (failed[step] ?? 0) / sum : null));
  if (points.every((point) => point === null)) return incident;
  return { ...incident, ...beginning(points, start), evidence: { ...evidence, points } };
}

/** The start of the newest stretch above the limit. A step without data does not end it. */
function beginning(
  points: readonly (number | null)[],
  start: Instant,
): Pick<Incident, "since" | "sinceOrEarlier"> {
  const lastGood = points.findLastIndex((point) => point !== null && point < ERROR_LIMITS.degraded);
  if (lastGood === points.length - 1) return { since: undefined, sinceOrEarlier: false };
  const first = points.findIndex((point, step) => step > lastGood && point !== null);
  return { since: instant(start + first * STEP), sinceOrEarlier: first === 0 };
}
