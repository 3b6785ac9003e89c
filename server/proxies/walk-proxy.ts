import type { Instant } from "@/lib/base/units";
import type { MeshView } from "@/lib/mesh/view";
import type { WalkedRequest } from "@/lib/xds/walk/request";
import type { Walk, WalkStep } from "@/lib/xds/walk/walk";
import type { EnvoyPod } from "../envoy/envoy-client";
import type { ProxyDumps } from "./proxy-dumps";
import { type Traced, tracedSteps } from "./trace-rows";

/** The way of a request through one proxy, and how old the dump is. */
export interface ProxyWalk extends Walk {
  readonly steps: readonly Traced<WalkStep>[];
  readonly at: Instant;
}

/** Follows a request through what a proxy holds now. @throws AppError when the proxy does not answer */
export async function walkProxy(
  dumps: ProxyDumps,
  pod: EnvoyPod,
  request: WalkedRequest,
  mesh: MeshView,
): Promise<ProxyWalk> {
  const { answer, at } = await dumps.ask<"walk">(pod, { ask: "walk", request });
  return { ...answer, steps: tracedSteps(answer.steps, mesh), at };
}
