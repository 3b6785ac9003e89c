import fc from "fast-check";
import { RE2JS, RE2JSException } from "re2js";
import { describe, expect, it, test } from "vitest";
import { linearPattern } from "./linear-pattern";

const re2 = (pattern: string, text: string): boolean | undefined => {
  try {
    return RE2JS.compile(pattern).matcher(text).find();
  } catch (error) {
    if (error instanceof RE2JSException) return undefined;
    throw error;
  }
};

const piece = fc.constantFrom(
  ..."a b c - . , : / \\. \\/ \\- \\d \\w \\s \\S \\x60 [a-c] [^a] [-a-z0-9] [a-] [\\w.] [!-~] [a\\-b] ] [ ) ( (a|b) (?:ab)".split(
    " ",
  ),
  ..."* + ? {2} {1,2} {0,3} {2,} {0} {3,1} | ^ $ (^a) ( ) (?i) *? \\b \\pL [[:alpha:]] (a*)* (a|) []a] [] é {x} \\".split(
    " ",
  ),
);
const pattern = fc.array(piece, { maxLength: 7 }).map((pieces) => pieces.join(""));
const text = fc.oneof(
  fc
    .array(fc.constantFrom(..."a b c d 0 9 - _ . , : / ` ~".split(" "), " ", "\n", "é"), {
      maxLength: 8,
    })
    .map((chars) => chars.join("")),
  fc.string({ maxLength: 6 }),
);

describe("a linear pattern", () => {
  it("finds what RE2 finds", () => {
    let judged = 0;
    fc.assert(
      fc.property(pattern, fc.array(text, { minLength: 1, maxLength: 6 }), (source, texts) => {
        const linear = linearPattern(source);
        for (const one of linear ? texts : []) {
          const found = linear?.test(one);
          if (found === undefined) continue;
          judged++;
          expect(found, `${source} in ${JSON.stringify(one)}`).toBe(re2(source, one));
        }
      }),
      { numRuns: 4000 },
    );
    expect(judged).toBeGreaterThan(2000);
  });

  test.each([
    [
      String.raw`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`,
      "a.b-c",
      "a..b",
    ],
    [String.raw`^([0-9]{1,5}(h|m|s|ms)){1,4}$`, "1h30m", "1d"],
    [String.raw`^(([^:/?#]+):)(//([^/?#]*))([^?#]*)(\?([^#]*))?(#(.*))?`, "http://a", "a"],
    [String.raw`^[!-~]+([\t ]?[!-~]+)*$`, "a b", " a"],
    ["^(a+)+$", "aaa", `${"a".repeat(30_000)}!`],
  ])("knows %s, in time linear in the text", (source, good, bad) => {
    const linear = linearPattern(source);
    expect(linear?.test(good)).toBe(true);
    expect(linear?.test(bad)).toBe(false);
  });

  test.each(["(?i)a", "a**", "\\pL", "[[:alpha:]]", "a)", "(a", "\\", "é", "a{1001}", "a{2,1}"])(
    "leaves %s to RE2",
    (source) => {
      expect(linearPattern(source)).toBeUndefined();
    },
  );
});
