import { createHash } from "node:crypto";
import { AppError } from "@/lib/base/errors";
import { seconds } from "@/lib/base/units";
import type { DebugPath } from "@/lib/xds/debug/pages";
import { redacted } from "@/lib/xds/redact";
import { readSyncz, type SyncReading } from "@/lib/xds/sync-status";
import type { Cluster, PodAnswer } from "../ports";
import { istiodJson } from "./istiod-answers";

/** A running istiod. */
export interface IstiodPod {
  readonly namespace: string;
  readonly name: string;
}

/** The debug pages of istiods, read through port-forwards. */
export interface Istiod {
  /**
   * The proxies that are connected to one istiod, as it sees them. An answer that says what the one
   * before said gives the same reading, which tells that nothing has changed.
   */
  syncz(pod: IstiodPod, signal: AbortSignal): Promise<SyncReading>;
  /**
   * What an istiod would send to the proxy `pod.namespace` that is connected to it, as it came, for
   * `readIstiodDump`, which redacts its secrets: it may be too large to be read in this thread.
   */
  configDumpText(pod: IstiodPod, proxyId: string, signal: AbortSignal): Promise<string>;
  /** Any page that changes nothing, as istiod's JSON with secrets redacted. */
  debugPage(pod: IstiodPod, path: DebugPath, signal: AbortSignal): Promise<unknown>;
}

/** istiod serves its debug pages here without asking loopback callers who they are. */
const MONITORING_PORT = 15014;
const TIMEOUT = seconds(5);
/** Of ten thousand proxies istiod tells tens of megabytes. */
const SYNCZ_TIMEOUT = seconds(10);
const MAX_BYTES = 64 * 1024 * 1024;
/** Pods of istiods come and go: their readings do not pile up. */
const MAX_READINGS = 20;

/** The only pages that are ever asked for; some others change istiod's state. */
type Page = "/debug/syncz" | `/debug/config_dump?proxyID=${string}&include_eds` | DebugPath;

/** The debug pages of istiods over `cluster`'s port-forwards. */
export function istiodClient(cluster: Pick<Cluster, "podRequest">): Istiod {
  /** The last answer of each istiod: with thousands of proxies it is megabytes, and mostly the same. */
  const readings = new Map<string, { readonly digest: string; readonly reading: SyncReading }>();

  async function answer(
    pod: IstiodPod,
    path: Page,
    { signal, unless }: { readonly signal: AbortSignal; readonly unless?: string | undefined },
  ): Promise<PodAnswer> {
    const said = await cluster.podRequest(
      { namespace: pod.namespace, name: pod.name, port: MONITORING_PORT },
      {
        ...{ path, maxBytes: MAX_BYTES, unless },
        timeout: path === "/debug/syncz" ? SYNCZ_TIMEOUT : TIMEOUT,
      },
      signal,
    );
    const page = path.split("?")[0] ?? path;
    if (said.status !== 200) throw refusal(pod, page, said);
    return said;
  }

  const text = async (pod: IstiodPod, path: Page, signal: AbortSignal): Promise<string> =>
    (await answer(pod, path, { signal })).body;

  const get = async (pod: IstiodPod, path: Page, signal: AbortSignal): Promise<unknown> =>
    istiodJson(pod.name, path, await text(pod, path, signal));

  return {
    async syncz(pod, signal) {
      const key = `${pod.namespace}/${pod.name}`;
      const known = readings.get(key);
      const said = await answer(pod, "/debug/syncz", { signal, unless: known?.digest });
      if (said.isSame && known) return known.reading;
      const { body } = said;
      const digest = createHash("sha1").update(body).digest("base64");
      if (known?.digest === digest) return known.reading;
      const reading = readSyncz(istiodJson(pod.name, "/debug/syncz", body), pod.name);
      if (reading) {
        if (readings.size >= MAX_READINGS) readings.clear();
        readings.set(key, { digest, reading });
        return reading;
      }
      throw new AppError("unavailable", `${pod.name} answered /debug/syncz in an unknown shape`, {
        hint: "Tell us the version of this istiod: its debug page has changed.",
      });
    },
    configDumpText: (pod, proxyId, signal) =>
      text(pod, `/debug/config_dump?proxyID=${encodeURIComponent(proxyId)}&include_eds`, signal),
    debugPage: async (pod, path, signal) => redacted(await get(pod, path, signal)),
  };
}

/** So much of istiod's own words is told (UTF-16 units). */
const MAX_WORDS = 300;

function refusal(
  pod: IstiodPod,
  path: string,
  { status, body }: { readonly status: number; readonly body: string },
): AppError {
  if (status === 404 && body.includes("Proxy not connected")) {
    return new AppError("not-found", `No such proxy is connected to ${pod.name}`, {
      hint: "Name it as pod.namespace, or ask all istiods: it may be connected to another one.",
    });
  }
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
  const words = body.replace(/\s+/g, " ").trim().slice(0, MAX_WORDS);
  const said = words === "" ? "" : `: ${words}`;
  return new AppError("unavailable", `${pod.name} answered ${path} with HTTP ${status}${said}`, {
    hint: "Look at the log of this istiod.",
  });
}
