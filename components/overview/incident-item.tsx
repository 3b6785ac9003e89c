"use client";

import Link from "next/link";
import { useScopedHref } from "@/components/layout/use-namespace-scope";
import { Age } from "@/components/ui/age";
import { ButtonLink } from "@/components/ui/button-link";
import { formatClock } from "@/components/ui/format";
import { Sparkline } from "@/components/ui/sparkline";
import { StatusGlyph } from "@/components/ui/status-glyph";
import type { Incident, Target } from "@/server/overview/incident";
import { targetHref } from "./target-href";

const WORDS = { fail: "Act now: ", warn: "Look at: " } as const;

/** Whether this is where the trouble ends, and not only where it is seen. */
const mends = (target: Target, status: Incident["status"]): boolean =>
  status === "fail" && (target.page === "config" || target.page === "rollouts");

/** One trouble: since when, what, why, the evidence and the one action. */
export function IncidentItem({ incident }: { incident: Incident }) {
  const scoped = useScopedHref();
  const { status, since, target, evidence } = incident;
  return (
    <li className="qd-incident">
      <div className="qd-incident-when">
        {since === undefined ? (
          <span className="text-ink-3">now</span>
        ) : (
          <>
            <span>
              {incident.sinceOrEarlier ? <span title="It began before this window">≤ </span> : null}
              {formatClock(since)}
            </span>
            <Age at={since} relative="none" />
          </>
        )}
      </div>
      <div className="qd-incident-mark">
        <StatusGlyph status={status} size={16} />
      </div>
      <div className="min-w-0">
        <h3>
          <span className="sr-only">{WORDS[status]}</span>
          {target ? (
            <Link href={scoped(targetHref(target))}>{incident.title}</Link>
          ) : (
            incident.title
          )}
        </h3>
        {incident.cause === "" ? null : <p className="qd-incident-cause">{incident.cause}</p>}
        {incident.actions.length === 0 ? null : (
          <div className="mt-2 flex flex-wrap items-center gap-1.5">
            {incident.actions.map(({ label, target: to }, index) => (
              <ButtonLink
                key={label}
                href={scoped(targetHref(to))}
                variant={index > 0 ? "quiet" : mends(to, status) ? "primary" : "default"}
              >
                {label}
              </ButtonLink>
            ))}
          </div>
        )}
      </div>
      {evidence ? (
        <div className="qd-evidence">
          <div>
            <span>{evidence.label}</span>
            <b className={status === "fail" ? "text-fail-text" : undefined}>{evidence.value}</b>
          </div>
          {evidence.points.length > 0 ? (
            <>
              <Sparkline points={evidence.points} failing={status === "fail"} />
              <div className="text-ink-3">
                <span>30 min ago</span>
                <span>now</span>
              </div>
            </>
          ) : null}
        </div>
      ) : null}
    </li>
  );
}
