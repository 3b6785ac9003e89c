"use client";

import { parseAsBoolean, useQueryState } from "nuqs";
import { Button } from "@/components/ui/button";
import { formatInstant } from "@/components/ui/format";
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
          </li>
        ))}
      </ol>
    </Panel>
  );
}
