"use client";

import {
  createParser,
  parseAsInteger,
  parseAsString,
  parseAsStringLiteral,
  useQueryStates,
} from "nuqs";
import { isRecord, type JsonRecord, sameJson } from "@/lib/k8s/json-value";
import type { Candidate } from "@/lib/rollout/candidates";
import { parseRollout } from "@/lib/rollout/plan";
import { withPlainSpelling } from "@/lib/rollout/plan-spellings";
import { choose } from "./choice";
import { planForm } from "./plan-form";
import { changesOf, draftRollout, type PlanChanges } from "./rollout-draft";

/** What differs from the suggestion; a text that is none is as if there were none. */
const changes = createParser<PlanChanges>({
  parse(text) {
    try {
      const value: unknown = JSON.parse(text);
      return isRecord(value) ? value : null;
    } catch {
      return null;
    }
  },
  serialize: (value) => JSON.stringify(value),
  eq: sameJson,
});

const KEYS = {
  at: parseAsStringLiteral(["versions", "plan", "preview"] as const).withDefault("versions"),
  as: parseAsStringLiteral(["form", "yaml"] as const).withDefault("form"),
  service: parseAsString,
  route: parseAsString,
  stable: parseAsString,
  canary: parseAsString,
  name: parseAsString,
  namespace: parseAsString,
  plan: changes.withDefault({}),
  /** Which patch of the preview is looked at, and which object's. */
  patch: parseAsInteger.withDefault(0),
  object: parseAsInteger.withDefault(0),
};

/** The draft of a canary, all of it in the URL: it survives a reload, and can be shown to others. */
function useDraftState() {
  const [values, set] = useQueryStates(KEYS, { history: "replace" });
  return {
    values,
    set,
    /** Moves on; Back of the browser returns. */
    go: (at: typeof values.at) => set({ at }, { history: "push" }),
  };
}

/** The draft with what it means: the choice behind it, the document, and what is wrong with that. */
export function useDraft(services: readonly Candidate[]) {
  const state = useDraftState();
  const { values, set } = state;
  const choice = choose(services, values);
  const { name, namespace, plan } = values;
  const document = draftRollout(choice, { name, namespace, changes: plan });
  const parsed = parseRollout(document);
  const problems = "problems" in parsed ? parsed.problems : [];
  const form = planForm(
    document.spec,
    problems,
    (spec) => void set({ plan: changesOf(choice, spec) }),
  );
  return {
    ...state,
    choice,
    document,
    problems,
    form,
    /** The rollout with its defaults; undefined while something is wrong with it. */
    rollout: "rollout" in parsed ? parsed.rollout : undefined,
    /** Whether it says what goes where, so that a plan can be made for it. */
    hasTarget: document.spec["target"] !== undefined && document.spec["canary"] !== undefined,
    /** Takes a document that was written by hand; what is no plan at all is not taken. */
    take(written: JsonRecord) {
      const plainly = withPlainSpelling(written);
      const spec = isRecord(plainly) && isRecord(plainly["spec"]) ? plainly["spec"] : {};
      const metadata = isRecord(written["metadata"]) ? written["metadata"] : {};
      const own = (field: string, suggested: string) =>
        typeof metadata[field] === "string" && metadata[field] !== suggested
          ? metadata[field]
          : null;
      const plain = draftRollout(choice, { name: null, namespace: null, changes: {} }).metadata;
      void set({
        name: own("name", plain.name),
        namespace: own("namespace", plain.namespace),
        plan: changesOf(choice, spec),
      });
    },
  };
}

export type Draft = ReturnType<typeof useDraft>;
