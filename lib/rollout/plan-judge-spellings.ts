import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";
import { namesOf, renamed, withMoved } from "./plan-words";

const SEQUENTIAL = namesOf(
  [
    ...["alpha", "beta", "minDelta", "delta", "p0", "p1", "phi", "slowAboveMs"],
    ...["alphaRelative", "alphaAbsolute", "eAbs", "eSafe", "failAt", "passAt"],
  ],
  {
    alphaR: "alphaRelative",
    alphaA: "alphaAbsolute",
    overDispersion: "phi",
    slowAbove: "slowAboveMs",
  },
);

/** The analysis with the numbers of the sequential judge where `Analysis` has them. */
export function sequentialSpelling(given: JsonRecord): JsonRecord {
  const analysis = withMoved(given, "sequential", SEQUENTIAL);
  const inner = analysis["sequential"];
  if (!isRecord(inner)) return analysis;
  const parts = [withTests, withAlphas, withBounds];
  const plain = parts.reduce((before, part) => part(before), renamed(inner, SEQUENTIAL));
  return { ...analysis, sequential: plain };
}

/** `eAbs: false` and `eSafe: false` switch a test off; a number is its rate in percent. */
function withTests(sequential: JsonRecord): JsonRecord {
  const { eAbs, eSafe, ...rest } = sequential;
  const isTwice = (eAbs !== undefined && "p0" in rest) || (eSafe !== undefined && "p1" in rest);
  if (isTwice) return sequential;
  return { ...rest, ...rateOf("p0", eAbs), ...rateOf("p1", eSafe) };
}

function rateOf(field: "p0" | "p1", test: unknown): JsonRecord {
  if (test === undefined || test === true || test === "on") return {};
  return { [field]: test === "off" ? false : test };
}

/** `alpha_r` and `alpha_a`: the parts of the relative and of the absolute test. */
function withAlphas(sequential: JsonRecord): JsonRecord {
  const { alphaRelative, alphaAbsolute, ...rest } = sequential;
  if (alphaRelative === undefined && alphaAbsolute === undefined) return sequential;
  if ("alpha" in rest) return sequential;
  const [relative, absolute] = [alphaRelative ?? 0.01, alphaAbsolute ?? 0.01];
  return { ...rest, alpha: { relative, absolute } };
}

/** `failAt: 100, passAt: 20`: what E must reach, instead of one part of it. */
function withBounds(sequential: JsonRecord): JsonRecord {
  const { failAt, passAt, ...rest } = sequential;
  const isTwice =
    (failAt !== undefined && "alpha" in rest) || (passAt !== undefined && "beta" in rest);
  if (isTwice) return sequential;
  return { ...rest, ...partOf("alpha", failAt), ...partOf("beta", passAt) };
}

const partOf = (field: string, bound: unknown): JsonRecord =>
  bound === undefined
    ? {}
    : { [field]: typeof bound === "number" && bound > 0 ? 1 / bound : bound };
