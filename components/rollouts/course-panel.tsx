"use client";

import { Plus, Trash2 } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import { IconButton } from "@/components/ui/icon-button";
import { Panel } from "@/components/ui/panel";
import { TextField } from "@/components/ui/text-field";
import type { RolloutSpec } from "@/lib/rollout/plan";
import type { FieldPath } from "@/lib/yaml/field-path";
import { CheckAt, ChoiceAt, NumberAt, TextAt } from "./plan-fields";
import type { PlanForm } from "./plan-form";

const FINALISE: Readonly<Record<RolloutSpec["finalise"], string>> = {
  keep: "the weights stay",
  cutover: "all to the new version",
  rotate: "rotate: stable selects it",
  prune: "prune the stable route",
  "scale-down": "scale stable down",
  "copy-to-primary": "copy it to stable",
};
const DRIFT: Readonly<Record<RolloutSpec["drift"], string>> = {
  reassert: "set again, thrice at most",
  adopt: "go on from there",
  pause: "pause, leave them",
};
const CAPACITY: Readonly<Record<RolloutSpec["rollback"]["capacity"], string>> = {
  any: "at once",
  staged: "as its pods get ready",
};
const GAP: Readonly<Record<NonNullable<RolloutSpec["controllerGap"]>["then"], string>> = {
  pause: "pause",
  hold: "go on where it was",
  rollback: "roll back",
  safeWeight: "give no more than is safe, and pause",
};

/** What happens at the end, in trouble, and together with others. */
export function CoursePanel({ form }: { form: PlanForm }) {
  return (
    <Panel title="Course" note="how it ends, and what it does in trouble">
      <div className="qd-field-row">
        <ChoiceAt
          form={form}
          path={["finalise"]}
          label="After the last step"
          words={FINALISE}
          otherwise="keep"
        />
        <ChoiceAt
          form={form}
          path={["rollback", "capacity"]}
          label="A rollback returns traffic"
          words={CAPACITY}
          otherwise="any"
        />
        <ChoiceAt
          form={form}
          path={["drift"]}
          label="Weights that somebody else set"
          words={DRIFT}
          otherwise="reassert"
        />
        <NumberAt
          form={form}
          path={["bake"]}
          label="Watched on after the last step, s"
          placeholder={0}
        />
        <NumberAt
          form={form}
          path={["progressDeadline"]}
          label="New weights are seen within, s"
          placeholder={600}
          hint="Otherwise it pauses"
        />
      </div>
      <details>
        <summary>Approvals, gaps, trains, notifications and freezes</summary>
        <div className="qd-field-row mt-2">
          <CheckAt
            form={form}
            path={["fourEyes"]}
            label="Who starts it may not approve its steps"
          />
          <CheckAt form={form} path={["approveFinish"]} label="Somebody approves the end, too" />
          <CheckAt form={form} path={["suspend"]} label="It starts suspended" />
        </div>
        <div className="qd-field-row">
          <NumberAt
            form={form}
            path={["controllerGap", "limit"]}
            label="Nobody drove it for, s"
            placeholder="however long"
          />
          {form.at(["controllerGap"]) === undefined ? null : (
            <ChoiceAt
              form={form}
              path={["controllerGap", "then"]}
              label="Then"
              words={GAP}
              otherwise="pause"
            />
          )}
          {form.at(["controllerGap", "then"]) === "safeWeight" ? (
            <NumberAt
              form={form}
              path={["controllerGap", "weight"]}
              label="Safe share, %"
              required
            />
          ) : null}
          <TextAt
            form={form}
            path={["train", "name"]}
            label="Train"
            hint="Rollouts of one train advance and roll back together"
          />
          {form.at(["train", "name"]) === undefined ? null : (
            <ListField
              form={form}
              path={["train", "after"]}
              label="Starts after these of the train"
              placeholder="reviews-v3, ratings-v2"
            />
          )}
          <TextAt
            form={form}
            path={["notifications", "url"]}
            label="Tell this URL"
            hint="It is sent what becomes of the rollout, once each"
          />
          {form.at(["notifications", "url"]) === undefined ? null : (
            <ListField
              form={form}
              path={["notifications", "events"]}
              label="Only of these events"
              placeholder="RolloutRolledBack, RolloutPaused"
            />
          )}
        </div>
        <Freezes form={form} />
      </details>
    </Panel>
  );
}

const textsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : [];

/** Words in one line; none takes the field away. */
function ListField({
  form,
  path,
  label,
  placeholder,
}: {
  form: PlanForm;
  path: FieldPath;
  label: string;
  placeholder: string;
}) {
  return (
    <TextField
      label={label}
      mono
      placeholder={placeholder}
      defaultValue={textsOf(form.at(path)).join(", ")}
      error={form.problem(path) ?? form.problem([...path, 0])}
      onChange={({ target }) => {
        const words = target.value.split(/[\s,]+/).filter(Boolean);
        form.set(path, words.length > 0 ? words : undefined);
      }}
    />
  );
}

/** Times in which the canary gets no more; what takes traffic from it is always allowed. */
function Freezes({ form }: { form: PlanForm }) {
  const { freezes } = form.spec;
  const list: readonly unknown[] = Array.isArray(freezes) ? freezes : [];
  return (
    <>
      {list.map((_, index) => (
        <div key={index} className="qd-field-row">
          <TextAt
            form={form}
            path={["freezes", index, "from"]}
            label={`Freeze ${index + 1}: from`}
            placeholder="2026-12-24T00:00:00Z"
            hint="A date with its zone, or a time after the start such as 2h"
            required
          />
          <TextAt
            form={form}
            path={["freezes", index, "to"]}
            label={`Freeze ${index + 1}: until`}
            placeholder="2026-12-27T00:00:00Z"
            required
          />
          <IconButton
            label={`Remove freeze ${index + 1}`}
            icon={<Icon of={Trash2} />}
            onClick={() =>
              form.set(["freezes"], list.length > 1 ? list.toSpliced(index, 1) : undefined)
            }
          />
        </div>
      ))}
      <Button
        variant="quiet"
        icon={<Icon of={Plus} />}
        onClick={() => form.set(["freezes"], [...list, { from: "", to: "" }])}
      >
        Add a change freeze
      </Button>
    </>
  );
}
