import { expect, test } from "vitest";
import { placedFindings } from "./draft-findings";

const TEXT = "spec:\n  steps:\n    - weight: 10\n    - weight: 5\n";
const fault = {
  level: "error",
  code: "Plan",
  field: "spec.steps[1].weight",
  message: "is less",
} as const;

test("findings of a plan stand at the line of their field", () => {
  expect(placedFindings(TEXT, [fault])).toMatchObject([
    { line: 4, column: 15, level: "Error", message: "spec.steps[1].weight is less" },
  ]);
});

test("what is no field stands at what is nearest, what cannot be read first", () => {
  const [unread, whole] = placedFindings("spec: [\n", [{ ...fault, field: "(root)" }]);
  expect(unread).toMatchObject({ code: "YAML" });
  expect(whole?.line).toBe(1);
});
