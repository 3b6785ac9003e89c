import { expect, test } from "vitest";
import { instant, millis } from "@/lib/base/units";
import { aRollout } from "@/lib/rollout/testing";
import { initialStatus, type RolloutStatus } from "@/lib/rollout/status";
import { readStored } from "./read-stored";

const rollout = aRollout();
const ref = { namespace: "shop", name: rollout.metadata.name };
const SNAPSHOT = {
  route: { name: "primary", index: 0, match: "[]" },
  destinations: [
    { key: "v1", weight: 70 },
    { key: "v2", weight: 30 },
  ],
};
const paused: RolloutStatus = {
  ...initialStatus("alice", instant(0)),
  state: {
    phase: "Paused",
    reason: "Manual",
    message: "",
    since: instant(0),
    step: 0,
    share: 10,
    carry: { holdLeft: millis(0), checkLeft: millis(0), maxLeft: null, lastVerdict: null },
  },
};
/** As it was stored when a rollout could write one object only. */
function old(snapshot: unknown) {
  const { targets: _targets, snapshots: _snapshots, rules: _rules, ...rest } = paused;
  return { ...rest, snapshot };
}
const read = (status: unknown) => readStored(ref, { spec: rollout, status, commands: [] });

test("the snapshot of an earlier version is that of the plan's object", () => {
  const status = old({ ...SNAPSHOT, resourceVersion: "7" });
  expect(read(status)).toMatchObject({
    status: {
      targets: [{ kind: "VirtualService", namespace: "shop", name: "reviews" }],
      snapshots: { "VirtualService shop/reviews": SNAPSHOT },
    },
  });
});

test.each([
  ["of an earlier version", old(null)],
  ["of this version", paused],
])("a rollout %s that lost its snapshot is not gone on with", (_, status) => {
  expect(read(status)).toMatch(/^its status does not say what the weights were before it began\. /);
});

test("one that has not begun needs none", () => {
  expect(read({ ...old(null), state: { phase: "Pending" } })).toHaveProperty("status");
});
