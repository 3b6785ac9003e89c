import { AppError } from "@/lib/base/errors";
import { seconds } from "@/lib/base/units";
import { type LogLevel, readEnvoyLoggers } from "@/lib/xds/log-levels/log-level";
import type { Cluster } from "../ports";
import type { EnvoyPod } from "./envoy-client";

const ADMIN_PORT = 15000;
const TIMEOUT = seconds(5);
const MAX_BYTES = 1024 * 1024;

/** The loggers of one Envoy with their levels. @throws AppError when it does not answer */
export const readEnvoyLevels = (
  cluster: Pick<Cluster, "podRequest">,
  pod: EnvoyPod,
): Promise<readonly LogLevel[]> => logging(cluster, pod, "");

/**
 * Sets loggers of one Envoy, all in one request, and reads back what they are then.
 * @throws AppError `invalid` in Envoy's words where it refuses one
 */
export const setEnvoyLevels = (
  cluster: Pick<Cluster, "podRequest">,
  pod: EnvoyPod,
  levels: Readonly<Record<string, string>>,
): Promise<readonly LogLevel[]> => {
  const pairs = Object.entries(levels).map(([name, level]) => `${name}:${level}`);
  return logging(cluster, pod, `?paths=${encodeURIComponent(pairs.join(","))}`);
};

/** Envoy takes even the question by POST only. */
async function logging(
  cluster: Pick<Cluster, "podRequest">,
  pod: EnvoyPod,
  query: string,
): Promise<readonly LogLevel[]> {
  const { status, body } = await cluster.podRequest(
    { namespace: pod.namespace, name: pod.name, port: ADMIN_PORT },
    { method: "POST", path: `/logging${query}`, timeout: TIMEOUT, maxBytes: MAX_BYTES },
  );
  const loggers = status === 200 ? readEnvoyLoggers(body) : undefined;
  if (loggers) return loggers;
  if (status === 400) {
    throw new AppError("invalid", `The proxy of ${pod.name} refuses: ${body.trim()}`, {
      hint: "Choose loggers and levels that this Envoy has.",
    });
  }
  throw new AppError(
    "unavailable",
    `The proxy of ${pod.name} answered /logging with HTTP ${status}`,
    {
      hint: "Check that port 15000 of this pod is Envoy's admin page.",
    },
  );
}
