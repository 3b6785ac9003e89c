"use client";

import { useIncidents } from "@/components/overview/use-incidents";
import { useSettledPage } from "./use-settled-page";
import type { Incident } from "@/server/overview/incident";

/** How many things on a page want somebody, and how badly. */
export interface RailCount {
  readonly count: number;
  readonly status: "fail" | "warn";
}

/** Those to act on now if there are any, in red; else those to look at. */
function countOf(incidents: readonly Incident[], size: (incident: Incident) => number): RailCount {
  const fails = incidents.filter(({ status }) => status === "fail");
  const counted = fails.length > 0 ? fails : incidents;
  return {
    count: counted.reduce((sum, incident) => sum + size(incident), 0),
    status: fails.length > 0 ? "fail" : "warn",
  };
}

/** How many things on each page want somebody. */
export function useRailCounts(): Readonly<Record<string, RailCount>> {
  const incidents = useIncidents({ enabled: useSettledPage() }).data?.incidents ?? [];
  const on = (page: string) => incidents.filter(({ target }) => target?.page === page);
  return {
    "/": countOf(incidents, () => 1),
    "/findings": countOf(on("config"), ({ weight }) => weight),
    // An incident of proxies weighs as much as there are of them.
    "/proxies": countOf(on("proxies"), ({ weight }) => weight),
    "/rollouts": countOf(on("rollouts"), () => 1),
  };
}
