import { validateObject } from "@/lib/analysis/validate-object";
import { readJson } from "../read-json";
import { type Failure, type Suite, type SuiteResult, Tallies } from "../suite";

/** Fixtures that we answer in another way, with the reason. */
const ON_PURPOSE: Readonly<Record<string, string>> = {
  "istio/serviceentry-valid#0": "the corpus holds a mapping where the fixture has an address",
  "istio/wasm-invalid#11": "an API server takes a null spec for none, and says that it is required",
};

interface DefinitionCase {
  readonly id: string;
  readonly kind: string;
  readonly valid: boolean;
  readonly errSubstring: string | null;
  readonly object: unknown;
}

/** Istio's own fixtures of what the schemas and rules of its CustomResourceDefinitions refuse. */
export const crdValidation: Suite = { name: "crd-validation", run };

function run(corpus: string): SuiteResult {
  const { cases } = readJson<{ cases: readonly DefinitionCase[] }>(
    corpus,
    "crd-validation",
    "cases.json",
  );
  const tallies = new Tallies();
  const failures: Failure[] = [];
  const deviations: Failure[] = [];
  for (const { id, kind, valid, errSubstring, object } of cases) {
    const told = validateObject(object).issues.filter(
      ({ level, stage }) => level === "Error" && stage !== "webhook",
    );
    const text = told.map(({ path, message }) => `${path}: ${message}`).join("\n");
    const isRight = valid
      ? told.length === 0
      : told.length > 0 && text.includes(withoutTypeName(errSubstring ?? ""));
    const purpose = isRight ? undefined : ON_PURPOSE[id];
    tallies.add(kind, isRight || purpose !== undefined);
    if (purpose !== undefined) deviations.push({ id, why: purpose });
    else if (!isRight)
      failures.push({ id, why: `wants '${errSubstring ?? "valid"}', has '${text}'` });
  }
  return { rows: tallies.rows(), scores: [tallies.sum("all", 1)], failures, deviations };
}

/** Istio's tests run the rules on an older library, which prints the type of a value instead of it. */
const withoutTypeName = (text: string): string => text.split(/Invalid value: "\w+": /).at(-1) ?? "";
