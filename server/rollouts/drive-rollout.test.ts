import { describe, expect, test } from "vitest";
import { AppError } from "@/lib/base/errors";
import { systemClock } from "../clock";
import { driveRollout } from "./drive-rollout";
import { wakeUp } from "./wake";

/** Drives until the first turn, in which the server begins to stop and `error` happens. */
function stoppedBy(error: Error): Promise<void> {
  const closing = new AbortController();
  const needs = {
    clock: systemClock,
    closing: closing.signal,
    leadership: {
      epoch: 1,
      signal: new AbortController().signal,
      mayWrite: () => true,
      resign: () => undefined,
    },
    turns: {
      take: () => {
        closing.abort(new AppError("unavailable", "the server stops"));
        return Promise.reject(error);
      },
    },
  };
  return driveRollout(
    // Nothing else is asked for before the first turn.
    needs as unknown as Parameters<typeof driveRollout>[0],
    { namespace: "bookinfo", name: "reviews" },
    wakeUp(systemClock),
  );
}

describe("a driver whose server stops", () => {
  test("ends in peace where the cluster did not answer", async () => {
    await expect(stoppedBy(new AppError("unavailable", "no answer"))).resolves.toBeUndefined();
  });

  test("still tells of a bug", async () => {
    await expect(stoppedBy(new TypeError("a bug"))).rejects.toThrow("a bug");
  });
});
