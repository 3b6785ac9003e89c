"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useScopedHref } from "@/components/layout/use-namespace-scope";
import { useTRPC } from "@/components/trpc/client";
import { Figure } from "@/components/ui/figure";
import { formatNumber, NO_DATA } from "@/components/ui/format";
import { ShareBar } from "@/components/ui/share-bar";
import { Status } from "@/components/ui/status";

/** How many proxies of the mesh hold what istiod sent last, as a cell of the health strip. */
export function ProxySync() {
  const trpc = useTRPC();
  const scoped = useScopedHref();
  const { data, error } = useQuery(
    trpc.proxies.summary.queryOptions(undefined, { meta: { live: ["proxies"] } }),
  );
  const counts = data?.counts;
  const synced = counts ? counts.synced + counts.older : 0;
  return (
    <Link href={scoped("/proxies")}>
      <span className="qd-strip-label">
        Proxies in sync
        {counts && counts.refused > 0 ? (
          <Status status="fail" label={`${counts.refused} refused`} />
        ) : counts && counts.late + counts.disconnected > 0 ? (
          <Status status="warn" label={`${counts.late + counts.disconnected} are not`} />
        ) : null}
      </span>
      <span className="qd-strip-value">
        {counts ? (
          <Figure value={formatNumber(synced)} unit={` of ${formatNumber(counts.total)}`} />
        ) : error ? (
          <Figure value={NO_DATA} unit="" />
        ) : null}
        {counts ? (
          <span>{counts.pending > 0 ? `${counts.pending} being pushed to` : "whole mesh"}</span>
        ) : error ? (
          <span>istiod does not answer</span>
        ) : null}
      </span>
      {counts && counts.total > 0 ? (
        <span className="mt-2 block">
          <ShareBar
            measured={synced / counts.total}
            waiting={(synced + counts.pending) / counts.total}
            tone={counts.refused > 0 ? "fail" : "stable"}
            label={`${synced} of ${counts.total} proxies hold what istiod sent last`}
          />
        </span>
      ) : null}
    </Link>
  );
}
