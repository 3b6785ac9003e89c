"use client";

import { useQuery } from "@tanstack/react-query";
import { useNamespaceScope } from "@/components/layout/use-namespace-scope";
import { useTRPC } from "@/components/trpc/client";
import { Age } from "@/components/ui/age";
import { Button } from "@/components/ui/button";
import { useNow } from "@/components/ui/use-now";
import { CONFIG_KINDS, type KindId, type ObjectRef } from "@/lib/istio/kinds";
import { ChangeSteps } from "./change-steps";
import { ObjectLink } from "./object-link";
import type { ProxiesState, SetProxiesState } from "./use-proxies-state";

/** A change that is older is no news. */
const RECENT_MS = 300_000;

/** How far one change has come: the one that the URL names, else the newest of the last minutes. */
export function FollowedChange({
  state,
  setState,
}: {
  state: Pick<ProxiesState, "change" | "since">;
  setState: SetProxiesState;
}) {
  const trpc = useTRPC();
  const now = useNow();
  const asked = changeOfParams(state);
  const { data } = useQuery(
    trpc.overview.changes.queryOptions(
      { namespaces: [...useNamespaceScope()].sort(), limit: 1 },
      { enabled: !asked, meta: { live: ["mesh"] } },
    ),
  );
  const newest = data?.[0];
  const recent = newest && now - newest.at < RECENT_MS ? newest : undefined;
  const shown = asked ?? recent;
  if (!shown || now === 0) return null;
  return (
    <section className="qd-proxies-change" aria-label="Propagation of a change">
      <p>
        <span className="font-strong">{asked ? "Followed change" : "Last change"}</span>
        <ObjectLink of={shown.ref} />
        {recent?.who && !asked ? <span className="qd-note">by {recent.who}</span> : null}
        {asked ? (
          <Button
            variant="quiet"
            size="small"
            onClick={() => void setState({ change: null, since: null })}
          >
            Stop following it
          </Button>
        ) : null}
      </p>
      <ChangeSteps of={shown.ref} at={shown.at} written={<Age at={shown.at} />} />
    </section>
  );
}

/** The change that the URL names; undefined where it names none that could be. */
function changeOfParams({
  change,
  since,
}: Pick<ProxiesState, "change" | "since">):
  { readonly ref: ObjectRef; readonly at: number } | undefined {
  const [kind = "", namespace, name, ...rest] = change.split("/");
  const isKnown = CONFIG_KINDS.includes(kind as KindId) && rest.length === 0;
  return isKnown && namespace !== undefined && name && since !== null
    ? { ref: { kind: kind as KindId, namespace, name }, at: since }
    : undefined;
}
