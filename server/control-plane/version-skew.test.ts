import { expect, test } from "vitest";
import { versionSkew } from "./version-skew";

test.each([
  ["1.30.1", "1.30.1-distroless", "same"],
  ["1.30.0", "1.30.1", "behind"],
  ["1.29.4", "1.30.1", "behind"],
  ["1.28.0", "1.30.1", "too-old"],
  ["1.31.0", "1.30.1", "ahead"],
  ["1.9.0", "1.10.0", "behind"],
  ["2.0.0", "1.30.1", "ahead"],
  ["latest", "1.30.1", "unknown"],
  [undefined, "1.30.1", "unknown"],
])("a proxy of %s at an istiod of %s is %s", (proxy, istiod, skew) => {
  expect(versionSkew(proxy, istiod)).toBe(skew);
});
