"use client";

import { parseAsBoolean, useQueryState } from "nuqs";
import { Button } from "@/components/ui/button";
import { CodeBlock } from "@/components/ui/code-block";
import { formatInstant, formatNumber, NO_DATA } from "@/components/ui/format";
import { KeyValues } from "@/components/ui/key-values";
import { Panel } from "@/components/ui/panel";
import { StatusGlyph } from "@/components/ui/status-glyph";
import { TIME } from "./state-words";
import type { RolloutDetail } from "./use-rollouts";

const SHOWN = 8;

/** Every decision, the newest first, with what it rests on and whose it was. */
export function LedgerPanel({ rollout }: { rollout: RolloutDetail }) {
  const [all, setAll] = useQueryState("ledger", parseAsBoolean.withDefault(false));
  const entries = rollout.status.ledger.toReversed();
  const shown = all ? entries : entries.slice(0, SHOWN);
  return (
    <Panel
      title="Ledger"
      aside={
        entries.length > SHOWN ? (
          <Button variant="quiet" size="small" onClick={() => void setAll(all ? null : true)}>
            {all ? `Show the last ${SHOWN}` : `Show all ${entries.length} entries`}
          </Button>
        ) : undefined
      }
    >
      <ol className="qd-ledger" aria-label="Ledger">
        {shown.map((entry, index) => (
          <li key={`${entry.at}-${entries.length - index}`}>
            <time
              className="text-ink-3"
              dateTime={new Date(entry.at).toISOString()}
              title={formatInstant(entry.at)}
            >
              {TIME.format(entry.at)}
            </time>
            <StatusGlyph status={entry.level} />
            <span>
              <b>{entry.title}</b>
              {entry.note ? <span className="qd-note">{entry.note}</span> : null}
            </span>
            <span className="text-ink-3">{entry.who}</span>
            <Numbers entry={entry} />
          </li>
        ))}
      </ol>
    </Panel>
  );
}

type Entry = RolloutDetail["status"]["ledger"][number];

/** What people call the numbers of a check; the plan's own numbers have names of their own. */
const NAMES: Readonly<Record<string, string>> = {
  requests: "Requests",
  successRate: "Success, %",
  p50: "p50, ms",
  p95: "p95, ms",
  p99: "p99, ms",
  clientErrors: "Undelivered, %",
  stableSuccessRate: "Success of stable, %",
  share: "Share of the canary, %",
  eFail: "E_fail",
  ePass: "E_pass",
  eAbs: "E_abs",
  eSafe: "E_safe",
  eSlow: "E_fail of slow requests",
  ePassSlow: "E_pass of slow requests",
  phi: "Over-dispersion",
};

const weightsText = (weights: NonNullable<Entry["before"]>): string =>
  weights.map(({ label, weight }) => `${label} ${weight}`).join(", ");

/** What a decision rests on: the queries, what they gave, the limits, and the weights it changed. */
function Numbers({ entry: { evidence, before, after } }: { entry: Entry }) {
  const changed = before && after && weightsText(before) !== weightsText(after);
  if (!evidence && !changed) return null;
  const limitOf = (name: string) => evidence?.limits[name];
  return (
    <details className="qd-numbers">
      <summary>{evidence ? "Query and numbers" : "Weights"}</summary>
      {changed ? (
        <p className="qd-note">
          {weightsText(before)} before, {weightsText(after)} after
        </p>
      ) : null}
      {evidence ? (
        <KeyValues
          entries={Object.entries(evidence.values).map(([name, value]) => {
            const limit = limitOf(name);
            const given = value === null ? NO_DATA : formatNumber(value, 2);
            return [NAMES[name] ?? name, limit === undefined ? given : `${given}, limit ${limit}`];
          })}
        />
      ) : null}
      {Object.entries(evidence?.queries ?? {}).map(([name, query]) => (
        <div key={name} className="qd-patch mt-1">
          <CodeBlock text={query} label={`Query: ${name}`} />
        </div>
      ))}
    </details>
  );
}
