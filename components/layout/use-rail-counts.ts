"use client";

import { useIncidents } from "@/components/overview/use-incidents";

/** How many things on a page want somebody, and how badly. */
export interface RailCount {
  readonly count: number;
  readonly status: "fail" | "warn";
}

/** How many things on each page want somebody; red as soon as one is to be acted on now. */
export function useRailCounts(): Readonly<Record<string, RailCount>> {
  const incidents = useIncidents().data?.incidents ?? [];
  const fails = incidents.filter(({ status }) => status === "fail").length;
  return {
    "/": fails > 0 ? { count: fails, status: "fail" } : { count: incidents.length, status: "warn" },
  };
}
