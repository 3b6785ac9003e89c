"use client";

import { Plus, Trash2 } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { formatDuration } from "@/components/ui/format";
import { Icon } from "@/components/ui/icon";
import { IconButton } from "@/components/ui/icon-button";
import { Panel } from "@/components/ui/panel";
import { Segmented } from "@/components/ui/segmented";
import { GrowthFields } from "./growth-fields";
import { CheckAt, ChoiceAt, NumberAt } from "./plan-fields";
import { type PlanForm, planForm } from "./plan-form";
import { type DraftStep, holdOf, stepsOf } from "./plan-shape";
import { PRESETS, presetOf, withPreset } from "./rollout-draft";
import { bystanders } from "./choice";
import { percent } from "./state-words";
import { StepCurve } from "./step-curve";
import type { Draft } from "./use-draft";

/** Whole in one step, or step by step. */
const STRATEGIES = { weights: "Step by step", blueGreen: "Blue/green, all at once" } as const;

/** How the share of the canary grows, and how long each step lasts. */
export function StepsPanel({ draft, canary }: { draft: Draft; canary: string }) {
  const { form } = draft;
  const steps = stepsOf(form.spec);
  const isBlueGreen = form.at(["strategy"]) === "blueGreen";
  const interval = form.number(["analysis", "interval"]) ?? 20;
  const total = steps.reduce(
    (sum, step) => sum + Math.max(holdOf(form.spec, step) || 0, interval),
    0,
  );
  const preset = presetOf(form.spec);
  const change = (next: readonly DraftStep[]) => form.set(["steps"], next);
  return (
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
            if (value === "own") return;
            const { strategy: _, ...rest } = form.spec;
            form.replace(withPreset(rest, value));
          }}
        />
      }
    >
      <div className="mb-2">
        <Segmented
          label="Strategy"
          value={isBlueGreen ? "blueGreen" : "weights"}
          options={Object.entries(STRATEGIES).map(([value, label]) => ({
            value: value as keyof typeof STRATEGIES,
            label,
          }))}
          onChange={(value) => {
            const { strategy: _, steps: __, ...rest } = form.spec;
            form.replace(
              value === "blueGreen"
                ? { ...rest, strategy: value }
                : { ...rest, steps: PRESETS.careful.steps },
            );
          }}
        />
      </div>
      {isBlueGreen ? (
        <p className="qd-note mb-2">
          One step of {percent(100)}: {canary} takes everything at once, and is judged for as long
          as the step lasts. A failed check takes all of it back.
        </p>
      ) : (
        <GrowthFields hold={steps[0]?.hold} onShares={change} />
      )}
      <div className="qd-plan-columns">
        <div>
          {isBlueGreen ? (
            <NumberAt form={form} path={["hold"]} label="Judged for, s" placeholder={60} />
          ) : (
            <StepsEditor form={form} steps={steps} onChange={change} />
          )}
        </div>
        <StepCurve
          steps={steps}
          hold={(step) => holdOf(form.spec, step)}
          onChange={change}
          fixed={isBlueGreen}
        />
      </div>
      <Others draft={draft} canary={canary} />
    </Panel>
  );
}

/** What of the plan is about all steps. */
function Others({ draft, canary }: { draft: Draft; canary: string }) {
  const { form, choice } = draft;
  const others = bystanders(choice);
  const steps = stepsOf(form.spec);
  const down = steps.some(({ weight }, index) => (weight ?? 0) < (steps[index - 1]?.weight ?? 0));
  return (
    <div className="mt-3 flex flex-wrap items-end gap-4">
      {others.length > 0 ? (
        <ChoiceAt
          form={form}
          path={["others"]}
          label={`${others.map(({ subset, weight }) => `${subset ?? "Another version"} has ${weight} %`).join(", ")}: what becomes of it`}
          otherwise="keep"
          words={{
            absorb: `It gives way: ${canary} reaches 100 %`,
            keep: "It keeps its share; the steps divide the rest",
          }}
        />
      ) : null}
      {down || form.at(["allowDecrease"]) === true ? (
        <CheckAt form={form} path={["allowDecrease"]} label="Steps go down, and are meant to" />
      ) : null}
    </div>
  );
}

function StepsEditor({
  form,
  steps,
  onChange,
}: {
  form: PlanForm;
  steps: readonly DraftStep[];
  onChange: (steps: readonly DraftStep[]) => void;
}) {
  // Whatever makes the steps is written out before one of them is changed.
  const own = planForm({ ...form.spec, steps }, form.problems, form.replace);
  const mirrors = steps.filter(({ mirror }) => mirror !== undefined).length;
  const last = steps.at(-1);
  return (
    <>
      <ol className="qd-plan-steps" aria-label="Steps of the plan">
        {steps.map((step, index) => {
          const isMirror = step.mirror !== undefined;
          const number = `Step ${index + 1}`;
          return (
            <li key={index}>
              <NumberAt
                form={own}
                path={["steps", index, isMirror ? "mirror" : "weight"]}
                label={isMirror ? `${number}: copies of, %` : `${number}: share, %`}
                required
              />
              <NumberAt
                form={own}
                path={["steps", index, "hold"]}
                label={`${number}: hold, s`}
                placeholder={form.number(["hold"]) ?? 60}
                required
              />
              <Checkbox
                label="approved first"
                checked={step.approval === true}
                onChange={(on) =>
                  onChange(
                    steps.with(index, on ? { ...step, approval: true } : withoutApproval(step)),
                  )
                }
              />
              {steps.length > 1 ? (
                <IconButton
                  label={`Remove step ${index + 1}`}
                  icon={<Icon of={Trash2} />}
                  onClick={() => onChange(steps.toSpliced(index, 1))}
                />
              ) : null}
            </li>
          );
        })}
      </ol>
      {form.problem(["steps"]) ? (
        <p className="text-xs text-fail-text">{form.problem(["steps"])}</p>
      ) : null}
      <div className="flex flex-wrap gap-2">
        <Button
          variant="quiet"
          icon={<Icon of={Plus} />}
          onClick={() => onChange([...steps, { weight: 100, hold: last?.hold ?? 60 }])}
        >
          Add a step
        </Button>
        <Button
          variant="quiet"
          icon={<Icon of={Plus} />}
          onClick={() =>
            onChange(steps.toSpliced(mirrors, 0, { weight: 0, mirror: 10, hold: last?.hold ?? 60 }))
          }
        >
          Add a step of copies
        </Button>
      </div>
      {mirrors > 0 ? (
        <p className="qd-note">
          In a step of copies nobody waits for the canary: it gets copies of that many of the stable
          version’s requests, and its answers are thrown away. Requests that change something are
          then carried out twice.
        </p>
      ) : null}
    </>
  );
}

const withoutApproval = ({ approval: _, ...step }: DraftStep): DraftStep => step;
