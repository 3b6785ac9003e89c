"use client";

import { DiffView } from "@/components/ui/diff-view";
import { Panel } from "@/components/ui/panel";
import type { ObjectRef } from "@/lib/istio/kinds";
import type { ApplyBlock } from "./apply-block";
import { ApplyPanel } from "./apply-panel";
import type { DraftDifference } from "./changed-lines";
import { LastApplyPanel } from "./last-apply-panel";
import { ReachPanel } from "./reach-panel";
import type { Apply } from "./use-apply";
import type { DraftState } from "./use-draft";
import type { DraftChecks } from "./use-draft-checks";
import { VerdictPanel } from "./verdict-panel";

/** What one should know before the button, the button, and what it did. */
export function ImpactPane({
  checks,
  block,
  apply,
  target,
  before,
  draft,
  title,
  dirty,
  conflict,
  difference,
}: {
  checks: DraftChecks;
  block: ApplyBlock | undefined;
  apply: Apply;
  /** What is edited; null for an object that is not written yet. */
  target: ObjectRef | null;
  before: string;
  draft: DraftState;
  title: string;
  dirty: boolean;
  conflict: boolean;
  difference: DraftDifference;
}) {
  return (
    <aside className="qd-config-impact" aria-label="Before you apply" tabIndex={0}>
      <ApplyPanel
        {...{ apply, block, dirty, draft, title }}
        lines={difference.changed}
        reach={checks.report?.reach}
      />
      <Panel
        title="Draft to live"
        aside={dirty ? `+${difference.added} −${difference.removed}` : undefined}
      >
        {dirty ? (
          <DiffView before={before} after={draft.text} label="Changed lines" context={1} />
        ) : (
          <p className="qd-note">
            {before === "" ? "Nothing is written yet." : "The text is what is stored."}
          </p>
        )}
      </Panel>
      <VerdictPanel checks={checks} dirty={dirty} conflict={conflict} />
      <ReachPanel
        target={target}
        reach={checks.report?.reach}
        pending={!checks.report && !checks.analysis.isError}
      />
      <LastApplyPanel apply={apply} />
    </aside>
  );
}
