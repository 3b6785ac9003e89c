"use client";

import { Pause, Play } from "lucide-react";
import { useState } from "react";
import { type LiveState, useLiveState } from "@/components/trpc/live-provider";
import { Age } from "@/components/ui/age";
import { Icon } from "@/components/ui/icon";
import { IconButton } from "@/components/ui/icon-button";
import { Popover } from "@/components/ui/popover";
import { Status } from "@/components/ui/status";
import type { StatusName } from "@/components/ui/status-glyph";
import { sourceWords } from "./source-words";

/** The whole connection in one word: this tab's stream first, then the worst source. */
function summary({ state, paused, sources }: LiveState): { status: StatusName; word: string } {
  if (state === "down") return { status: "fail", word: "Disconnected" };
  if (paused) return { status: "off", word: "Paused" };
  if (state === "connecting") return { status: "unknown", word: "Connecting" };
  const troubled = sources.filter(({ state }) => !["live", "off", "connecting"].includes(state));
  const [first] = troubled;
  if (!first) return { status: "ok", word: "Live" };
  const { name } = sourceWords(first);
  return {
    // Without the cluster nothing can be trusted or changed; the others only leave gaps.
    status: troubled.some(({ source }) => source === "cluster") ? "fail" : "warn",
    word: troubled.length === 1 ? `No ${name}` : `${troubled.length} sources away`,
  };
}

/**
 * When the source that was silent longest last answered. The cluster's watch tells each change as
 * it happens, so while it is live its silence means that nothing changed.
 */
function oldestAnswer(sources: LiveState["sources"]): number | undefined {
  const answers = sources.flatMap(({ source, state, lastSeen }) =>
    lastSeen === undefined || state === "off" || (source === "cluster" && state === "live")
      ? []
      : [lastSeen],
  );
  return answers.length > 0 ? Math.min(...answers) : undefined;
}

/** Whether what we see is live and how old it is; press for each source, what is lost and what to do. */
export function ConnectionState() {
  const live = useLiveState();
  const { status, word } = summary(live);
  const oldest = oldestAnswer(live.sources);
  return (
    <div className="flex flex-none items-center gap-1">
      <Popover
        label="Sources of data"
        width={360}
        trigger={
          <button
            type="button"
            className="qd-button font-normal"
            data-variant="quiet"
            data-plain=""
          >
            <Status status={status} label={word} />
            {oldest === undefined ? null : (
              <span className="qd-age max-small:hidden">
                data <Age at={oldest} relative="old" />
              </span>
            )}
          </button>
        }
      >
        <SourceList live={live} />
      </Popover>
      <IconButton
        label={live.paused ? "Resume live updates" : "Pause live updates"}
        icon={<Icon of={live.paused ? Play : Pause} />}
        aria-pressed={live.paused}
        onClick={() => live.setPaused(!live.paused)}
      />
      <Announcement word={word} />
    </div>
  );
}

function SourceList({ live }: { live: LiveState }) {
  return (
    <div className="grid gap-3">
      {live.state === "down" ? (
        <p>
          The server of Quarterdeck does not answer since <Age at={live.since} />. Figures do not
          move. This page tries again by itself; check that the process runs.
        </p>
      ) : null}
      {live.sources.map((source) => {
        const words = sourceWords(source);
        return (
          <section key={source.source}>
            <div className="flex items-baseline justify-between gap-2">
              <h3>{words.name}</h3>
              <Status status={words.status} label={words.word} />
            </div>
            {source.lastSeen === undefined ? null : (
              <p className="qd-note">
                last answer <Age at={source.lastSeen} />
              </p>
            )}
            {source.error ? (
              <p className="qd-note mt-1 wrap-anywhere">{source.error.message}</p>
            ) : null}
            {words.lost ? <p className="qd-note mt-1">{words.lost}</p> : null}
            {words.hint ? <p className="qd-note mt-1">{words.hint}</p> : null}
          </section>
        );
      })}
    </div>
  );
}

/** Reads out a change of the connection, and only a change. */
function Announcement({ word }: { word: string }) {
  const [first] = useState(word);
  const [moved, setMoved] = useState(false);
  if (!moved && word !== first && word !== "Live") setMoved(true);
  return (
    <span className="sr-only" role="status">
      {moved ? word : ""}
    </span>
  );
}
