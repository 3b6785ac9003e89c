import { expect, test, vi } from "vitest";
import { AppError } from "@/lib/base/errors";
import { instant } from "@/lib/base/units";
import type { Cluster } from "../ports";
import { namespaceMirrors } from "./namespace-mirrors";

/** Mirrors one namespace of a server that shows a Service, and then refuses so many times. */
async function refusedTimes(refusals: number) {
  let asked = 0;
  const forbidden = () => new AppError("forbidden", "no");
  const cluster = {
    async list() {
      if (asked > 0 && asked <= refusals) {
        asked += 1;
        throw forbidden();
      }
      asked += 1;
      return { items: [], resourceVersion: "1", continue: undefined };
    },
    // Each watch is refused before it opens, so the list is asked for again.
    async *watch() {
      if (asked > refusals) await new Promise(() => undefined);
      yield* [];
      throw new AppError("unavailable", "the server is away");
    },
  } as unknown as Cluster;
  const clock = { now: () => instant(0), sleep: () => Promise.resolve() };
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const on = { take: vi.fn(), failed: vi.fn(), gone: vi.fn() };
  const mirrors = namespaceMirrors("Service", { cluster, clock, random: () => 0, log }, on);
  mirrors.follow(["shop"]);
  await vi.waitFor(() => expect(on.take).toHaveBeenCalledTimes(2));
  mirrors.close();
  return on;
}

test("what a server that starts refuses for a moment is kept", async () => {
  const { gone, failed } = await refusedTimes(2);
  expect(failed).toHaveBeenCalledTimes(3);
  expect(gone).not.toHaveBeenCalled();
});

test("what it goes on to refuse is gone", async () => {
  const { gone } = await refusedTimes(5);
  expect(gone).toHaveBeenCalledWith("shop");
});
