import { expect, test } from "vitest";
import { keptText, readDocument } from "./kept-text";

const TYPED = `# for the spring release
spec:
  hold: 60s # as agreed with ana
  steps: [10, 50] # not more on a Friday
  analysis:
    interval: 20s
`;

test("what was typed comes back as it was, comments and all", () => {
  expect(keptText(TYPED, readDocument(TYPED) ?? {})).toBe(TYPED);
});

test("what the form changed is in it, and nothing else", () => {
  const text = keptText(TYPED, {
    spec: { hold: "90s", steps: [10, 50], analysis: {}, drift: "pause" },
  });
  expect(readDocument(text)).toEqual({
    spec: { hold: "90s", steps: [10, 50], analysis: {}, drift: "pause" },
  });
  expect(text).toContain("# for the spring release");
  expect(text).toContain("# as agreed with ana");
  expect(text).toContain("steps: [10, 50] # not more on a Friday");
});

test("what cannot be read, and what nobody typed, is written anew", () => {
  expect(readDocument(keptText("spec: [", { spec: { hold: 1 } }))).toEqual({ spec: { hold: 1 } });
  expect(readDocument(keptText(undefined, { spec: { hold: 1 } }))).toEqual({ spec: { hold: 1 } });
});
