import { AppError } from "@/lib/base/errors";
import { seconds } from "@/lib/base/units";
import { readSyncz, type SyncReading } from "@/lib/xds/sync-status";
import type { Cluster } from "../ports";

/** A running istiod. */
export interface IstiodPod {
  readonly namespace: string;
  readonly name: string;
}

/** The debug pages of istiods, read through port-forwards. */
export interface Istiod {
  /** The proxies that are connected to one istiod, as it sees them. */
  syncz(pod: IstiodPod, signal: AbortSignal): Promise<SyncReading>;
}

/** istiod serves its debug pages here without asking loopback callers who they are. */
const MONITORING_PORT = 15014;
const TIMEOUT = seconds(5);
const MAX_BYTES = 64 * 1024 * 1024;

/** The only pages that are ever asked for; some others change istiod's state. */
type Page = "/debug/syncz";

/** The debug pages of istiods over `cluster`'s port-forwards. */
export function istiodClient(cluster: Pick<Cluster, "podRequest">): Istiod {
  async function get(pod: IstiodPod, path: Page, signal: AbortSignal): Promise<unknown> {
    const { status, body } = await cluster.podRequest(
      { namespace: pod.namespace, name: pod.name, port: MONITORING_PORT },
      { path, timeout: TIMEOUT, maxBytes: MAX_BYTES },
      signal,
    );
    if (status !== 200) throw refusal(pod, path, status);
    try {
      return JSON.parse(body);
    } catch (cause) {
      throw new AppError(
        "unavailable",
        `${pod.name} answered ${path} with something other than JSON`,
        {
          cause,
          hint: "Look at the log of this istiod.",
        },
      );
    }
  }

  return {
    async syncz(pod, signal) {
      const reading = readSyncz(await get(pod, "/debug/syncz", signal), pod.name);
      if (reading) return reading;
      throw new AppError("unavailable", `${pod.name} answered /debug/syncz in an unknown shape`, {
        hint: "Tell us the version of this istiod: its debug page has changed.",
      });
    },
  };
}

function refusal(pod: IstiodPod, path: string, status: number): AppError {
  if (status === 401 || status === 403) {
    return new AppError("forbidden", `${pod.name} refuses ${path} (HTTP ${status})`, {
      hint: "Set ENABLE_DEBUG_ENDPOINT_AUTH=false on istiod, or give this identity a token that it takes.",
    });
  }
  if (status === 404) {
    return new AppError("unsupported", `${pod.name} has no ${path} (HTTP 404)`, {
      hint: "Istio 1.5 and later have it; check the version of this istiod.",
    });
  }
  return new AppError("unavailable", `${pod.name} answered ${path} with HTTP ${status}`, {
    hint: "Look at the log of this istiod.",
  });
}
