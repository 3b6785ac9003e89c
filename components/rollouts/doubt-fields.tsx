"use client";

import { ChoiceAt, NumberAt } from "./plan-fields";
import type { PlanForm } from "./plan-form";

const NO_DATA = {
  hold: "it waits",
  pass: "the check passes",
  fail: "the check fails",
} as const;
const INCONCLUSIVE = {
  pause: "pause and ask",
  advance: "go on",
  rollback: "roll back",
} as const;

/** What is done where the judge cannot tell. */
export function DoubtFields({ form }: { form: PlanForm }) {
  const at = (name: string) => ["analysis", name];
  return (
    <details>
      <summary>In doubt</summary>
      <div className="qd-field-row mt-2">
        <ChoiceAt
          form={form}
          path={at("noData")}
          label="No requests to the canary"
          words={NO_DATA}
          otherwise="hold"
        />
        <NumberAt
          form={form}
          path={at("noDataTimeout")}
          label="Pause without a verdict after, s"
          placeholder={300}
        />
        <NumberAt
          form={form}
          path={at("queryErrorLimit")}
          label="Pause at failed query"
          placeholder={5}
        />
        <NumberAt
          form={form}
          path={at("maxStepDuration")}
          label="A step lasts at most, s"
          placeholder="for ever"
        />
        {form.at(at("maxStepDuration")) === undefined ? null : (
          <ChoiceAt
            form={form}
            path={at("inconclusive")}
            label="Then"
            words={INCONCLUSIVE}
            otherwise="pause"
          />
        )}
      </div>
    </details>
  );
}
