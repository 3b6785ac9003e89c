"use client";

import { CodeBlock } from "@/components/ui/code-block";
import { CopyButton } from "@/components/ui/copy-button";
import { DiffView } from "@/components/ui/diff-view";
import { KindTag } from "@/components/ui/kind-tag";
import { Panel } from "@/components/ui/panel";
import { Segmented } from "@/components/ui/segmented";
import { Status } from "@/components/ui/status";
import { Tabs } from "@/components/ui/tabs";
import type { ShownPatch } from "./shown-patches";
import { percent } from "./state-words";
import type { RolloutPreview, StepVerdicts } from "./use-rollouts";

type Plan = NonNullable<RolloutPreview["plan"]>;

/** Objects longer than this are compared by kubectl: a page would take seconds. */
const LONGEST = 400_000;

/** One operation a line, as the API server gets them. */
const patchText = (patch: readonly unknown[]): string =>
  patch.length === 0
    ? "[]"
    : `[\n${patch.map((operation) => `  ${JSON.stringify(operation)}`).join(",\n")}\n]`;

const TAGS = {
  VirtualService: "VS",
  HTTPRoute: "HR",
  DestinationRule: "DR",
  Deployment: "DP",
} as const;

/** Every patch of a step, and of the one that takes all back; chosen by step, then by object. */
export function PatchesView({
  plan,
  patches,
  verdicts,
  chosen,
  onChoose,
}: {
  plan: Plan;
  /** Of the chosen step. */
  patches: readonly ShownPatch[];
  /** Of each step, then of the rollback; undefined while the server is asked. */
  verdicts: StepVerdicts["steps"] | undefined;
  chosen: { readonly step: number; readonly object: number };
  onChoose: (step: number, object: number) => void;
}) {
  const undoAt = plan.steps.length;
  const step = plan.steps[chosen.step];
  const at = Math.min(chosen.object, patches.length - 1);
  const shown = patches[at];
  const count = patches.length === 1 ? "" : `, ${patches.length} objects`;
  return (
    <Panel
      title={step ? `${step.title}, exactly as sent` : "Patch of a rollback"}
      note={`${percent(step?.share ?? 0)}${count}`}
      aside={shown ? <CopyButton text={shown.command} label="Copy as kubectl patch" /> : null}
    >
      <div className="qd-patch-steps">
        <Segmented
          label="Patch of"
          value={String(chosen.step)}
          options={[
            ...plan.steps.map(({ share, title }, index) => ({
              value: String(index),
              label: title.includes("copies") ? `copies` : percent(share),
            })),
            { value: String(undoAt), label: "Rollback" },
          ]}
          onChange={(value) => onChoose(Number(value), 0)}
        />
      </div>
      {shown ? (
        <Objects
          patches={patches}
          at={at}
          verdicts={verdicts?.[chosen.step]}
          onChoose={(object) => onChoose(chosen.step, object)}
        />
      ) : (
        <p className="qd-note mt-2">These weights are in place already: nothing is sent.</p>
      )}
      {step ? (
        <>
          <p className="qd-note mt-1">
            Then {step.after.map(({ label, weight }) => `${label} ${weight}`).join(", ")}.
          </p>
          {step.notes.map((note) => (
            <p key={note} className="qd-note">
              {note}
            </p>
          ))}
        </>
      ) : (
        <p className="qd-note mt-1">From the first step back to the weights of now.</p>
      )}
      <p className="qd-note mt-1">
        Each test makes the server refuse the patch if someone changed that line meanwhile; then it
        is planned anew. Other routes and unknown fields stay.
      </p>
    </Panel>
  );
}

function Objects({
  patches,
  at,
  verdicts,
  onChoose,
}: {
  patches: readonly ShownPatch[];
  at: number;
  verdicts: StepVerdicts["steps"][number] | undefined;
  onChoose: (object: number) => void;
}) {
  const shown = patches[at];
  if (!shown) return null;
  const verdictOf = (key: string) => verdicts?.objects.find(({ object }) => object === key);
  const isLong = shown.before.length > LONGEST;
  return (
    <div className="mt-2">
      <Tabs
        label="Objects of this step"
        value={String(at)}
        items={patches.map(({ key, target }, index) => ({
          value: String(index),
          label: (
            <>
              <KindTag tag={TAGS[target.kind]} kind={target.kind} /> {target.namespace}/
              {target.name} <ObjectStatus verdict={verdictOf(key)} short />
            </>
          ),
        }))}
        onChange={(value) => onChoose(Number(value))}
      >
        <div className="qd-patch-pair">
          <div className="qd-patch">
            <CodeBlock text={patchText(shown.patch)} label="JSON patch" />
          </div>
          {isLong ? (
            <p className="qd-note">
              The object is too large to be compared here. Copy the patch, and compare with kubectl
              diff.
            </p>
          ) : (
            <DiffView
              before={shown.before}
              after={shown.after}
              label="Difference of this patch"
              context={2}
            />
          )}
        </div>
        <p className="mt-1">
          <ObjectStatus verdict={verdictOf(shown.key)} />
        </p>
        {verdictOf(shown.key)?.warnings.map((warning) => (
          <p key={warning} className="qd-note">
            {warning}
          </p>
        ))}
      </Tabs>
    </div>
  );
}

function ObjectStatus({
  verdict,
  short = false,
}: {
  verdict: StepVerdicts["steps"][number]["objects"][number] | undefined;
  short?: boolean;
}) {
  switch (verdict?.verdict) {
    case "accepted":
      return (
        <Status
          status="ok"
          label={short ? "accepted" : "Server accepts it after the steps before, as a dry run"}
        />
      );
    case "refused":
      return (
        <Status
          status="fail"
          label={short ? "refused" : `Server refuses it: ${verdict.message ?? ""}`}
        />
      );
    case "unchanged":
      return <Status status="ok" label={short ? "unchanged" : "Nothing to send"} />;
    default:
      return (
        <Status
          status="unknown"
          label={short ? "not asked yet" : "The server has not answered yet"}
        />
      );
  }
}
