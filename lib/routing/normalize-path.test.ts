import fc from "fast-check";
import { expect, test } from "vitest";
import { normalizePath } from "./normalize-path";

test.each([
  ["/", "/"],
  ["/a/b", "/a/b"],
  ["/%61/b", "/a/b"],
  ["/%2F/b", "/%2F/b"],
  ["//a///b", "//a///b"],
  ["/a/../b", "/b"],
  ["/a/./b/", "/a/b/"],
  ["/a/..", "/"],
  ["/..", "/"],
  ["\\a\\b", "/a/b"],
  ["/%61?q=%61", "/a?q=%61"],
])("%s becomes %s", (path, normal) => expect(normalizePath(path)).toBe(normal));

test("what is normal stays so", () => {
  const segment = fc.constantFrom("a", "..", ".", "", "%61", "b c");
  fc.assert(
    fc.property(fc.array(segment), (segments) => {
      const once = normalizePath(`/${segments.join("/")}`);
      expect(normalizePath(once)).toBe(once);
    }),
  );
});
