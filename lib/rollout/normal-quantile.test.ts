import { expect, test } from "vitest";
import { normalQuantile } from "./normal-quantile";

test.each([
  [0.5, 0],
  [0.975, 1.959964],
  [0.01, -2.326348],
  [0.0025, -2.807034],
  [0.0001, -3.719016],
  [0.999, 3.090232],
])("%d lies at %d", (p, z) => expect(normalQuantile(p)).toBeCloseTo(z, 5));
