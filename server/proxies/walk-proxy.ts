import type { Instant } from "@/lib/base/units";
import type { WalkedRequest } from "@/lib/xds/walk/request";
import type { Walk } from "@/lib/xds/walk/walk";
import type { EnvoyPod } from "../envoy/envoy-client";
import type { ProxyDumps } from "./proxy-dumps";

/** The way of a request through one proxy, and how old the dump is. */
export interface ProxyWalk extends Walk {
  readonly at: Instant;
}

/** Follows a request through what a proxy holds now. @throws AppError when the proxy does not answer */
export async function walkProxy(
  dumps: ProxyDumps,
  pod: EnvoyPod,
  request: WalkedRequest,
): Promise<ProxyWalk> {
  const { answer, at } = await dumps.ask<"walk">(pod, { ask: "walk", request });
  return { ...answer, at };
}
