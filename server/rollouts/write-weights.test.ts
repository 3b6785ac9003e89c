import { expect, test } from "vitest";
import { AppError } from "@/lib/base/errors";
import { instant } from "@/lib/base/units";
import { next } from "@/lib/rollout/machine";
import { initialStatus } from "@/lib/rollout/status";
import { namedTargets, targetKey } from "@/lib/rollout/targets";
import { aRollout, aVirtualService } from "@/lib/rollout/testing";
import { systemClock } from "../clock";
import type { Cluster } from "../ports";
import { type WeightWriter, writeWeights } from "./write-weights";

/** Two VirtualServices of one step; the server has `no` against the patches of one of them. */
function twoObjects(no: string | undefined) {
  const rollout = aRollout({
    target: { virtualServices: ["reviews", "edge"], route: { all: true }, host: "reviews" },
  });
  const targets = namedTargets(rollout);
  const objects = new Map(
    targets.map((target) => {
      const object = aVirtualService();
      return [
        targetKey(target),
        { ...object, metadata: { ...object.metadata, name: target.name } },
      ] as const;
    }),
  );
  const observed = { commands: [], targets, objects };
  const { status } = next(rollout, initialStatus("ana", instant(0)), observed, instant(0));
  const action = next(rollout, status, observed, instant(0)).actions.find(
    (each) => each.type === "write",
  );
  if (!action) throw new Error("nothing is written");

  const asked: string[] = [];
  const cluster: Pick<Cluster, "patch" | "get" | "identity"> = {
    identity: { server: "test", context: "test", user: "test" },
    get: ({ name }) => {
      const object = [...objects.values()].find(({ metadata }) => metadata.name === name);
      return object ? Promise.resolve(object) : Promise.reject(new AppError("not-found", name));
    },
    patch: ({ name }, _, { dryRun = false } = {}) => {
      asked.push(`${dryRun ? "dry run of" : "write of"} ${name}`);
      return name === no
        ? Promise.reject(new AppError("invalid", "an admission webhook says no"))
        : Promise.resolve({ object: aVirtualService(), warnings: [] });
    },
  };
  const writer: WeightWriter = {
    cluster: cluster as Cluster,
    clock: systemClock,
    random: () => 0,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    leadership: {
      epoch: 1,
      signal: new AbortController().signal,
      mayWrite: () => true,
      resign: () => undefined,
    },
  };
  const record = {
    ref: { namespace: "shop", name: "reviews-v2" },
    store: "customResource" as const,
    rollout,
    status,
    commands: [],
    resourceVersion: "1",
    suspended: false,
    deleted: false,
  };
  return { asked, report: writeWeights(writer, record, { action, objects }) };
}

test("every object of a step is tried before the first is written", async () => {
  const { asked, report } = twoObjects(undefined);
  expect(await report).toMatchObject({ outcome: "written" });
  expect(asked).toEqual([
    "dry run of reviews",
    "dry run of edge",
    "write of reviews",
    "write of edge",
  ]);
});

test("what the server refuses of the second object keeps the first as it is", async () => {
  const { asked, report } = twoObjects("edge");
  expect(await report).toMatchObject({
    outcome: "refused",
    message: "an admission webhook says no",
  });
  expect(asked.filter((each) => each.startsWith("write"))).toEqual([]);
});
