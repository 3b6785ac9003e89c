"use client";

import { useMemo, useState } from "react";
import { Age } from "@/components/ui/age";
import { Button } from "@/components/ui/button";
import { CodeBlock } from "@/components/ui/code-block";
import { DiffView } from "@/components/ui/diff-view";
import { SectionHeader } from "@/components/ui/section-header";
import { Status } from "@/components/ui/status";
import { formatPath } from "@/lib/yaml/field-path";
import type { LastChange } from "@/server/config/ownership";
import { ConflictChoice } from "./conflict-choice";
import { mergeDraft, type Side } from "./merge-draft";
import type { DraftBase, DraftState } from "./use-draft";

/** Both changed the object: what they did, what you did, and one text out of both. */
export function ConflictView({
  draft,
  live,
  lastChange,
}: {
  draft: DraftState;
  live: DraftBase;
  lastChange: LastChange | undefined;
}) {
  const [sides, setSides] = useState<Readonly<Record<string, Side>>>({});
  const theirs = live.text ?? "";
  const base = draft.base.text ?? "";
  const yours = draft.text;
  const merged = useMemo(
    () => mergeDraft({ base, theirs, yours }, (path) => sides[formatPath(path)]),
    [base, theirs, yours, sides],
  );
  const open = merged.conflicts.filter(({ path }) => sides[formatPath(path)] === undefined).length;
  return (
    <section className="qd-config-conflict" aria-label="Conflict: three-way view">
      <SectionHeader
        title="The object changed while you edited"
        note={
          <Status
            status="warn"
            label={`${open === 0 ? "no choice" : open === 1 ? "1 choice" : `${open} choices`} left to you, ${merged.taken} of their changes merged`}
          />
        }
        aside={`yours against ${draft.base.resourceVersion ?? "nothing"}, live ${live.resourceVersion ?? "nothing"}`}
      />
      <div className="qd-config-three">
        <div>
          <h3 className="text-sm!">
            Theirs, live{" "}
            <span className="qd-note">
              {lastChange?.manager} <Age at={lastChange?.at} />
            </span>
          </h3>
          <DiffView before={base} after={theirs} label="Theirs, live" context={1} />
        </div>
        <div>
          <h3 className="text-sm!">
            Base <span className="qd-note">when you began</span>
          </h3>
          <CodeBlock text={base} label="Base" />
        </div>
        <div>
          <h3 className="text-sm!">
            Yours <span className="qd-note">draft</span>
          </h3>
          <DiffView before={base} after={yours} label="Yours, draft" context={1} />
        </div>
      </div>
      <div className="qd-config-result">
        <div className="min-w-0">
          <h3 className="text-sm!">
            Result <span className="qd-note">against live</span>
          </h3>
          <DiffView before={theirs} after={merged.text} label="Merged result" context={1} />
        </div>
        <div className="grid content-start gap-3">
          {merged.unreadable ? (
            <p className="qd-note">{merged.unreadable}</p>
          ) : (
            merged.conflicts.map((conflict) => {
              const name = formatPath(conflict.path);
              return (
                <ConflictChoice
                  key={name}
                  name={name}
                  conflict={conflict}
                  side={sides[name]}
                  onChoose={(side) => setSides({ ...sides, [name]: side })}
                />
              );
            })
          )}
          <div className="flex flex-wrap items-center gap-2">
            <Button
              variant="primary"
              disabledReason={
                merged.unreadable
                  ? "Merge by hand."
                  : open > 0
                    ? "Choose a side for each field."
                    : undefined
              }
              onClick={() => draft.rebase(merged.text, live)}
            >
              Use the merged draft
            </Button>
            <Button onClick={() => draft.rebase(yours, live)}>Keep my text as it is</Button>
            <Button onClick={draft.discard}>Discard mine</Button>
          </div>
        </div>
      </div>
    </section>
  );
}
