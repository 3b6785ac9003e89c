import { objectHref, proxyHref, rolloutHref, topologyHref } from "@/components/layout/object-href";
import type { Target } from "@/server/overview/incident";

/** The address in this product that a target of the server means. */
export function targetHref(target: Target): string {
  switch (target.page) {
    case "topology":
      return topologyHref(target.id);
    case "config":
      return objectHref(target.ref);
    case "proxies":
      return target.proxy ? proxyHref(target.proxy) : "/proxies";
    case "rollouts":
      return rolloutHref(target.rollout);
  }
}
