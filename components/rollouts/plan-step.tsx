"use client";

import { Plus, Trash2 } from "lucide-react";
import { Button } from "@/components/ui/button";
import { formatDuration } from "@/components/ui/format";
import { Icon } from "@/components/ui/icon";
import { IconButton } from "@/components/ui/icon-button";
import { Panel } from "@/components/ui/panel";
import { Segmented } from "@/components/ui/segmented";
import { TextField } from "@/components/ui/text-field";
import type { FieldCause } from "@/lib/base/errors";
import type { CanaryRolloutInput } from "@/lib/rollout/plan";
import { pastText } from "./outlook-facts";
import {
  bystanders,
  type Choice,
  type DraftStep,
  PRESETS,
  presetOf,
  SHAPES,
  shapeOf,
} from "./rollout-draft";
import { StepCurve } from "./step-curve";
import { TestersFields } from "./testers-fields";
import type { Draft } from "./use-draft";
import { useOutlook } from "./use-rollouts";

/** A number as it is typed; an empty field is NaN. */
function NumberField({
  label,
  value,
  onChange,
  error,
  hint,
}: {
  label: string;
  value: number;
  onChange: (value: number) => void;
  error?: string | undefined;
  hint?: string;
}) {
  return (
    <TextField
      label={label}
      type="number"
      inputMode="decimal"
      value={Number.isNaN(value) ? "" : value}
      error={error}
      {...(hint ? { hint } : {})}
      onChange={({ target }) => onChange(target.value === "" ? NaN : Number(target.value))}
    />
  );
}

/** Steps and thresholds, with what is wrong beside each field. */
export function PlanStep({
  draft,
  choice,
  name,
  document,
  problems,
}: {
  draft: Draft;
  choice: Choice;
  name: string;
  document: CanaryRolloutInput;
  problems: readonly FieldCause[];
}) {
  const past = useOutlook(document, problems.length === 0).data;
  const { plan, setPlan, set } = draft;
  const problem = (field: string) => problems.find((each) => each.field === field)?.message;
  const others = bystanders(choice);
  const canary = choice.canary?.subset ?? "the canary";
  const preset = presetOf(plan);
  const total = plan.steps.reduce(
    (sum, { hold }) => sum + Math.max(hold || 0, plan.interval || 0),
    0,
  );
  const [first] = problems;
  return (
    <>
      <Panel
        title="Steps"
        note={`at least ${formatDuration(total * 1000)} when every check passes`}
        aside={
          <Segmented
            label="Preset"
            value={preset ?? "own"}
            options={[
              { value: "careful", label: "Careful, 60 s holds" },
              { value: "quick", label: "Quick, for trying out" },
              ...(preset ? [] : [{ value: "own" as const, label: "Own" }]),
            ]}
            onChange={(value) => {
              if (value !== "own") void setPlan(PRESETS[value]);
            }}
          />
        }
      >
        <div className="mb-2">
          <Segmented
            label="How shares grow"
            value={shapeOf(plan.steps) ?? "own"}
            options={[
              { value: "list", label: "Four steps" },
              { value: "linear", label: "Linear" },
              { value: "exponential", label: "Exponential" },
              { value: "blueGreen", label: "Blue/green" },
              ...(shapeOf(plan.steps) ? [] : [{ value: "own" as const, label: "Own" }]),
            ]}
            onChange={(value) => {
              if (value === "own") return;
              const hold = plan.steps[0]?.hold ?? 60;
              void setPlan({ ...plan, steps: SHAPES[value].map((weight) => ({ weight, hold })) });
            }}
          />
        </div>
        <div className="qd-plan-columns">
          <div>
            <StepsEditor
              steps={plan.steps}
              problem={problem}
              onChange={(steps) => void setPlan({ ...plan, steps })}
            />
          </div>
          <StepCurve steps={plan.steps} onChange={(steps) => void setPlan({ ...plan, steps })} />
        </div>
        {others.length > 0 ? (
          <div className="mt-3">
            <p className="qd-note mb-1">
              {others
                .map(({ subset, weight }) => `${subset ?? "another"} has ${weight} %`)
                .join(", ")}
              . What happens to that share:
            </p>
            <Segmented
              label="Other versions"
              value={draft.values.others}
              options={[
                { value: "absorb", label: `They give way: ${canary} reaches 100 %` },
                { value: "keep", label: "They keep their share" },
              ]}
              onChange={(value) => void set({ others: value })}
            />
          </div>
        ) : null}
      </Panel>
      <TestersFields draft={draft} canary={canary} problem={problem} />
      <Panel title="Checks" note={`what ${canary} must keep to; left empty, it is not judged`}>
        <div className="mb-3">
          <Segmented
            label="Judge"
            value={draft.values.judge}
            options={[
              { value: "threshold", label: "Limits of each check" },
              { value: "sequential", label: "Evidence against the stable version" },
            ]}
            onChange={(judge) => void set({ judge })}
          />
          {past?.stable ? (
            <p className="qd-note mt-1">
              In the last hour {choice.stable?.subset ?? "the stable version"}:{" "}
              {pastText(past.stable)}; {canary}: {pastText(past.canary)}.
              {past.verdict && past.verdict.verdict !== "pass" && past.stable.requests > 0
                ? ` By these checks the stable version itself would not pass: ${past.verdict.message}.`
                : null}
            </p>
          ) : null}
        </div>
        <div className="qd-field-row">
          <NumberField
            label="Success rate at least, %"
            value={plan.success}
            error={problem("spec.analysis.successRate.min")}
            onChange={(success) => void setPlan({ ...plan, success })}
          />
          <NumberField
            label="Latency p99 at most, ms"
            value={plan.p99}
            error={problem("spec.analysis.p99.maxMs")}
            onChange={(p99) => void setPlan({ ...plan, p99 })}
          />
          <NumberField
            label="Check every, s"
            value={plan.interval}
            error={problem("spec.analysis.interval")}
            onChange={(interval) => void setPlan({ ...plan, interval })}
          />
          <NumberField
            label="Requests a verdict needs"
            value={plan.minRequests}
            error={problem("spec.analysis.minRequests")}
            hint="Fewer are kept for the next check"
            onChange={(minRequests) => void setPlan({ ...plan, minRequests })}
          />
          <NumberField
            label="Roll back at failed check"
            value={plan.failures}
            error={problem("spec.analysis.failureLimit")}
            onChange={(failures) => void setPlan({ ...plan, failures })}
          />
          <TextField
            label="Name of the rollout"
            mono
            value={name}
            error={problem("metadata.name")}
            onChange={({ target }) => void set({ name: target.value })}
          />
        </div>
        <div className="flex flex-wrap items-center gap-2">
          <Button
            variant="primary"
            disabledReason={first ? `${first.field}: ${first.message}` : undefined}
            onClick={() => void draft.go("preview")}
          >
            Preview every patch
          </Button>
          <Button onClick={() => void draft.go("versions")}>Back</Button>
        </div>
      </Panel>
    </>
  );
}

function StepsEditor({
  steps,
  problem,
  onChange,
}: {
  steps: readonly DraftStep[];
  problem: (field: string) => string | undefined;
  onChange: (steps: readonly DraftStep[]) => void;
}) {
  const change = (index: number, step: DraftStep) => onChange(steps.with(index, step));
  const last = steps.at(-1);
  return (
    <>
      <ol className="qd-plan-steps" aria-label="Steps of the plan">
        {steps.map((step, index) => (
          <li key={index}>
            <NumberField
              label={`Step ${index + 1}: share, %`}
              value={step.weight}
              error={problem(`spec.steps[${index}].weight`)}
              onChange={(weight) => change(index, { ...step, weight })}
            />
            <NumberField
              label={`Step ${index + 1}: hold, s`}
              value={step.hold}
              error={problem(`spec.steps[${index}].hold`)}
              onChange={(hold) => change(index, { ...step, hold })}
            />
            {steps.length > 1 ? (
              <IconButton
                label={`Remove step ${index + 1}`}
                icon={<Icon of={Trash2} />}
                onClick={() => onChange(steps.toSpliced(index, 1))}
              />
            ) : null}
          </li>
        ))}
      </ol>
      <Button
        variant="quiet"
        icon={<Icon of={Plus} />}
        onClick={() => onChange([...steps, { weight: 100, hold: last?.hold ?? 60 }])}
      >
        Add a step
      </Button>
    </>
  );
}
