"use client";

import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "@/components/trpc/client";
import { Status } from "@/components/ui/status";

/** One line that says nothing can be written, in place of a lock on every button. */
export function ReadOnlyBanner() {
  const trpc = useTRPC();
  const identity = useQuery(trpc.system.identity.queryOptions());
  if (!identity.data?.readOnly) return null;
  return (
    <div className="qd-banner" data-status="info" role="note">
      <Status status="info" label={<b>Read-only</b>} />
      <span>
        This server was started with --read-only: drafts, checks and copies work, nothing is written
        to the cluster.
      </span>
    </div>
  );
}
