"use client";

import { PageHeader } from "@/components/ui/page-header";
import { useIncidents } from "./use-incidents";

/** The page's title, and how much needs somebody. */
export function OverviewHeader() {
  const { data } = useIncidents();
  return <PageHeader title="What needs you now" lead={data ? sentence(data) : undefined} />;
}

function sentence({
  incidents,
  gaps,
}: {
  incidents: readonly { status: "fail" | "warn" }[];
  gaps: readonly unknown[];
}): string {
  const fails = incidents.filter(({ status }) => status === "fail").length;
  const warns = incidents.length - fails;
  const parts = [
    ...(fails > 0 ? [`${fails} to act on now`] : []),
    ...(warns > 0 ? [`${warns} to look at`] : []),
  ];
  const unseen = gaps.length > 0 ? " Not everything could be looked at." : "";
  if (parts.length > 0) return `${parts.join(", ")}.${unseen}`;
  return gaps.length > 0 ? unseen.trim() : "Nothing needs you.";
}
