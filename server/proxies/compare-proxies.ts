import { AppError } from "@/lib/base/errors";
import type { Instant } from "@/lib/base/units";
import type { ConfigComparison } from "@/lib/xds/diff/config-diff";
import type { ProxySync } from "@/lib/xds/sync-status";
import type { EnvoyPod } from "../envoy/envoy-client";
import type { Istiod, IstiodPod } from "../istiod/istiod-client";
import type { ProxyDumps } from "./proxy-dumps";

/** A comparison, the names of both sides, and how old the proxy's dump is. */
export interface ProxyComparison extends ConfigComparison {
  readonly before: string;
  readonly after: string;
  readonly at: Instant;
}

/** What the second proxy holds that the first does not. @throws AppError when one does not answer */
export async function compareProxies(
  dumps: ProxyDumps,
  [first, second]: readonly [EnvoyPod, EnvoyPod],
  { ignoreAddresses }: { readonly ignoreAddresses: boolean },
): Promise<ProxyComparison> {
  const question = { ask: "compare", ignoreAddresses, dynamicOnly: false } as const;
  const { answer, at } = await dumps.ask<"compare">(second, question, first);
  return {
    ...answer,
    before: `${first.name}.${first.namespace}`,
    after: `${second.name}.${second.namespace}`,
    at,
  };
}

/** The istiod that a proxy is connected to. @throws AppError `not-found` when none lists it */
export function istiodOf(
  istiods: readonly IstiodPod[],
  proxies: readonly ProxySync[],
  { namespace, name }: EnvoyPod,
): IstiodPod {
  const proxy = proxies.find((each) => each.pod === name && each.namespace === namespace);
  const istiod = istiods.find((each) => each.name === proxy?.istiod);
  if (istiod) return istiod;
  throw new AppError("not-found", `No istiod lists the proxy of ${namespace}/${name}`, {
    hint: "It is not connected: compare it with another proxy of its workload instead.",
  });
}

/** What a proxy holds (after) against what its istiod would send it (before). */
export async function compareWithIstiod(
  dumps: ProxyDumps,
  istiod: Istiod,
  asked: {
    readonly pod: EnvoyPod;
    readonly istiod: IstiodPod;
    readonly ignoreAddresses: boolean;
    readonly signal: AbortSignal | undefined;
  },
): Promise<ProxyComparison> {
  const { pod, ignoreAddresses, signal = new AbortController().signal } = asked;
  const id = `${pod.name}.${pod.namespace}`;
  const dump = await istiod.configDumpText(asked.istiod, id, signal);
  const { answer, at } = await dumps.compareWith(
    pod,
    { ask: "compare", ignoreAddresses, dynamicOnly: true },
    { from: "istiod", istiod: asked.istiod.name, proxy: id, dump },
  );
  return { ...answer, before: `istiod ${asked.istiod.name}`, after: id, at };
}
