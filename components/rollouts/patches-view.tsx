"use client";

import { CodeBlock } from "@/components/ui/code-block";
import { CopyButton } from "@/components/ui/copy-button";
import { Panel } from "@/components/ui/panel";
import { Segmented } from "@/components/ui/segmented";
import { Status } from "@/components/ui/status";
import { percent } from "./state-words";
import type { RolloutPreview, StepVerdicts } from "./use-rollouts";

type Plan = NonNullable<RolloutPreview["plan"]>;

/** One operation a line, as the API server gets them. */
const patchText = (patch: readonly unknown[]): string =>
  patch.length === 0
    ? "[]"
    : `[\n${patch.map((operation) => `  ${JSON.stringify(operation)}`).join(",\n")}\n]`;

/** The patch of each step, and the one that takes it back. */
export function PatchesView({
  plan,
  verdicts,
  chosen,
  onChoose,
  target,
}: {
  plan: Plan;
  /** Of each step, then of the rollback; undefined while the server is asked. */
  verdicts: StepVerdicts["steps"] | undefined;
  chosen: number;
  onChoose: (index: number) => void;
  target: { readonly namespace: string; readonly name: string };
}) {
  const undoAt = plan.steps.length;
  const index = Math.min(Math.max(0, Math.round(chosen)), undoAt);
  const step = plan.steps[index];
  const patch = step ? step.patch : plan.undo;
  const text = patchText(patch);
  const command = `kubectl patch virtualservice ${target.name} -n ${target.namespace} --type json -p '${JSON.stringify(patch)}'`;
  return (
    <Panel
      title={
        step ? `Patch ${index + 1} of ${plan.steps.length}, exactly as sent` : "Patch of a rollback"
      }
      aside={<CopyButton text={command} label="Copy as kubectl patch" />}
    >
      <Segmented
        label="Patch of"
        value={String(index)}
        options={[
          ...plan.steps.map(({ share }, at) => ({ value: String(at), label: percent(share) })),
          { value: String(undoAt), label: "Rollback" },
        ]}
        onChange={(value) => onChoose(Number(value))}
      />
      <div className="qd-patch mt-2">
        <CodeBlock text={text} label="JSON patch" />
      </div>
      {step ? (
        <>
          <p className="qd-note mt-1">
            {patch.length === 0
              ? "These weights are in place already: nothing is sent."
              : `Then ${step.after.map(({ label, weight }) => `${label} ${weight}`).join(", ")}.`}
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
      <p className="mt-1">
        <StepVerdict verdict={verdicts?.[index]} />
      </p>
      <p className="qd-note mt-1">
        Each test makes the server refuse the patch if someone changed that line meanwhile; then it
        is planned anew. Other routes and unknown fields stay.
      </p>
    </Panel>
  );
}

function StepVerdict({ verdict }: { verdict: StepVerdicts["steps"][number] | undefined }) {
  switch (verdict?.verdict) {
    case "accepted":
      return <Status status="ok" label="Server accepts it after the steps before, as a dry run" />;
    case "refused":
      return <Status status="fail" label={`Server refuses it: ${verdict.message ?? ""}`} />;
    case "unchanged":
      return <Status status="ok" label="Nothing to send" />;
    default:
      return <Status status="unknown" label="The server has not answered yet" />;
  }
}
