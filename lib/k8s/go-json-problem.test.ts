import { expect, test } from "vitest";
import { goJsonProblem } from "./go-json-problem";

test.each([
  ["", "unexpected end of JSON input"],
  ["  ", "unexpected end of JSON input"],
  ["x", "invalid character 'x' looking for beginning of value"],
  ["'a'", String.raw`invalid character '\'' looking for beginning of value`],
  ["foo", "invalid character 'o' in literal false (expecting 'a')"],
  ["tru", "unexpected end of JSON input"],
  ["null", undefined],
  ["{a", undefined],
])("%j: %s", (text, problem) => {
  expect(goJsonProblem(text)).toBe(problem);
});
