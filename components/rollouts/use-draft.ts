"use client";

import {
  createParser,
  parseAsBoolean,
  parseAsFloat,
  parseAsString,
  parseAsStringLiteral,
  useQueryStates,
} from "nuqs";
import { type DraftChoices, type DraftPlan, type DraftStep, PRESETS } from "./rollout-draft";

/** An empty field is kept as such: it is not the default, and it is not zero. */
const typedNumber = createParser({
  parse: (text: string) => (text === "" || text === "none" ? NaN : Number(text)),
  serialize: (value: number) => (Number.isNaN(value) ? "none" : String(value)),
  eq: Object.is,
});

const typedSteps = createParser<readonly DraftStep[]>({
  parse: (text) =>
    text.split(",").map((step) => {
      const [weight = "", hold = ""] = step.split(":");
      return { weight: Number(weight || NaN), hold: Number(hold || NaN) };
    }),
  serialize: (list) =>
    list
      .map(({ weight, hold }) =>
        [weight, hold].map((value) => (Number.isNaN(value) ? "" : String(value))).join(":"),
      )
      .join(","),
  eq: (a, b) => JSON.stringify(a) === JSON.stringify(b),
});

const base: DraftPlan = PRESETS.careful;
const KEYS = {
  at: parseAsStringLiteral(["versions", "plan", "preview"] as const).withDefault("versions"),
  service: parseAsString,
  route: parseAsString,
  stable: parseAsString,
  canary: parseAsString,
  name: parseAsString,
  others: parseAsStringLiteral(["keep", "absorb"] as const).withDefault("absorb"),
  judge: parseAsStringLiteral(["threshold", "sequential"] as const).withDefault("threshold"),
  finalise: parseAsStringLiteral(["keep", "cutover"] as const).withDefault("keep"),
  testers: parseAsStringLiteral(["none", "header", "cookie"] as const).withDefault("none"),
  testersName: parseAsString.withDefault(""),
  testersValue: parseAsString.withDefault(""),
  testersOnly: parseAsBoolean.withDefault(false),
  steps: typedSteps.withDefault(base.steps),
  interval: typedNumber.withDefault(base.interval),
  success: typedNumber.withDefault(base.success),
  p99: typedNumber.withDefault(base.p99),
  min: typedNumber.withDefault(base.minRequests),
  failures: typedNumber.withDefault(base.failures),
  write: parseAsFloat.withDefault(0),
};

/** The draft of a canary, all of it in the URL: it survives a reload, and can be shown to others. */
export function useDraft() {
  const [values, set] = useQueryStates(KEYS, { history: "replace" });
  const { steps, interval, success, p99, min, failures } = values;
  const plan: DraftPlan = { steps, interval, success, p99, minRequests: min, failures };
  return {
    values,
    plan,
    choices: choicesOf(values),
    set,
    /** Moves on; Back of the browser returns. */
    go: (at: typeof values.at) => set({ at }, { history: "push" }),
    setPlan: ({ minRequests, ...rest }: DraftPlan) => set({ ...rest, min: minRequests }),
  };
}

const choicesOf = (values: {
  readonly others: DraftChoices["others"];
  readonly judge: DraftChoices["judge"];
  readonly finalise: DraftChoices["finalise"];
  readonly testers: DraftChoices["testers"]["by"];
  readonly testersName: string;
  readonly testersValue: string;
  readonly testersOnly: boolean;
}): DraftChoices => ({
  others: values.others,
  judge: values.judge,
  finalise: values.finalise,
  testers: {
    by: values.testers,
    name: values.testersName,
    value: values.testersValue,
    only: values.testersOnly,
  },
});

export type Draft = ReturnType<typeof useDraft>;
