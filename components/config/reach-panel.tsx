"use client";

import Link from "next/link";
import { lineHref, madeHref } from "@/components/layout/object-href";
import { useScopedHref } from "@/components/layout/use-namespace-scope";
import { Panel } from "@/components/ui/panel";
import type { ObjectRef } from "@/lib/istio/kinds";
import type { DraftReach } from "@/server/config/draft-report";

/** An object of more parts is looked at in the proxy itself. */
const MAX_LINES = 12;

/** Whom the draft touches, by the objects of the snapshot. */
export function ReachPanel({
  target,
  reach,
  pending,
}: {
  /** The stored object; null for one that is not written yet. */
  target: ObjectRef | null;
  reach: DraftReach | undefined;
  pending: boolean;
}) {
  const scoped = useScopedHref();
  return (
    <Panel title="Whom it touches" aside="from this snapshot">
      {reach ? (
        <>
          <dl className="qd-config-reach">
            <dt>Proxies that it applies to</dt>
            <dd>
              <b>{reach.proxies}</b> <span className="text-ink-3">of {reach.total}</span>
            </dd>
            <dt>Gateways among them</dt>
            <dd>
              <b>{reach.gateways}</b>
            </dd>
            <dt>Namespaces</dt>
            <dd>
              <b>{reach.namespaces.length}</b>
            </dd>
          </dl>
          <p className="qd-note">{reach.why} Sidecar objects may narrow it further.</p>
          {target && reach.example ? (
            <p className="text-xs">
              <Link href={scoped(madeHref(target, reach.example))}>
                Show what it made in a proxy
              </Link>
              {reach.lines.length > 0 ? " or only " : null}
              {reach.lines.slice(0, MAX_LINES).map(({ field, tab }, index) => (
                <span key={field}>
                  {index === 0 ? "" : ", "}
                  <Link
                    className="font-mono"
                    href={scoped(lineHref(target, { field, tab }, reach.example ?? target))}
                  >
                    {field.replace(/^spec\./, "")}
                  </Link>
                </span>
              ))}
            </p>
          ) : null}
        </>
      ) : (
        <p className="qd-note">
          {pending
            ? "Being counted."
            : "Cannot be told for this kind, or the text is no object yet."}
        </p>
      )}
    </Panel>
  );
}
