import { AppError } from "@/lib/base/errors";
import { seconds } from "@/lib/base/units";
import { type IstiodScope, type LogLevel, readIstiodScopes } from "@/lib/xds/log-levels/log-level";
import type { Cluster } from "../ports";
import type { IstiodPod } from "./istiod-client";

/** ControlZ listens here, on the pod's loopback. Of its pages only the scopes are ever asked for. */
const CONTROLZ_PORT = 9876;
const TIMEOUT = seconds(5);
const MAX_BYTES = 1024 * 1024;
const ACCEPTED = 202;

/** The log scopes of one istiod, by name. @throws AppError when ControlZ does not answer */
export async function readIstiodLevels(
  cluster: Pick<Cluster, "podRequest">,
  pod: IstiodPod,
): Promise<readonly IstiodScope[]> {
  const { status, body } = await cluster.podRequest(
    { namespace: pod.namespace, name: pod.name, port: CONTROLZ_PORT },
    { path: "/scopej/", timeout: TIMEOUT, maxBytes: MAX_BYTES },
  );
  const scopes = status === 200 ? readIstiodScopes(jsonOf(body)) : undefined;
  if (scopes) return scopes;
  throw new AppError("unavailable", `${pod.name} does not tell its log scopes (HTTP ${status})`, {
    hint: "Check that istiod runs with ControlZ (--ctrlz_port=9876).",
  });
}

/**
 * Sets scopes of one istiod, one request each, and reads back what they are then. What else
 * ControlZ keeps of a scope is sent along, because it would be overwritten.
 * @throws AppError `invalid` where istiod refuses one
 */
export async function setIstiodLevels(
  cluster: Pick<Cluster, "podRequest">,
  pod: IstiodPod,
  levels: Readonly<Record<string, string>>,
): Promise<readonly LogLevel[]> {
  const scopes = await readIstiodLevels(cluster, pod);
  for (const scope of scopes) {
    const level = levels[scope.name];
    if (level === undefined) continue;
    const { status, body } = await cluster.podRequest(
      { namespace: pod.namespace, name: pod.name, port: CONTROLZ_PORT },
      {
        method: "PUT",
        path: `/scopej/${encodeURIComponent(scope.name)}`,
        body: JSON.stringify({
          name: scope.name,
          output_level: level,
          stack_trace_level: scope.stackTraceLevel,
          log_callers: scope.logCallers,
        }),
        timeout: TIMEOUT,
        maxBytes: MAX_BYTES,
      },
    );
    if (status !== ACCEPTED) {
      throw new AppError("invalid", `${pod.name} refuses scope ${scope.name}: ${body.trim()}`, {
        hint: "Choose a level that istiod has: debug, info, warn, error or none.",
      });
    }
  }
  return readIstiodLevels(cluster, pod);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
