import { expect, test } from "vitest";
import { aRollout } from "@/lib/rollout/testing";
import { initialStatus, type RolloutStatus } from "@/lib/rollout/status";
import { instant } from "@/lib/base/units";
import type { Entry } from "./rollout-store";
import { standingOf } from "./rollout-stores";

const ref = { namespace: "shop", name: "reviews-v2" };
const running = initialStatus("ana", instant(0));
const ended: RolloutStatus = {
  ...running,
  state: { phase: "Succeeded", reason: "", message: "", at: instant(1) },
};

function entry(
  store: Entry["store"],
  more: { uid?: string; movedFrom?: string; status?: RolloutStatus } = {},
): Entry {
  const { uid = store, movedFrom, status = running } = more;
  const content = {
    ref,
    store,
    rollout: aRollout(),
    status,
    commands: [],
    resourceVersion: store,
    suspended: false,
    deleted: false,
  };
  return { ref, store, uid, resourceVersion: store, movedFrom, content };
}

const counts = (...entries: Entry[]) =>
  standingOf(entries).map(({ content, resourceVersion }) =>
    "problem" in content ? content.problem : resourceVersion,
  );

test("a copy counts only once its original is gone", () => {
  const copy = entry("customResource", { movedFrom: "configMap" });
  expect(counts(copy, entry("configMap"))).toEqual(["configMap"]);
  expect(counts(copy)).toEqual(["customResource"]);
});

test("one that has ended makes room for one of the same name", () => {
  const old = entry("configMap", { status: ended });
  expect(counts(entry("customResource"), old)).toEqual(["customResource"]);
});

test("two that run and are no copies of each other are not driven", () => {
  const other = entry("customResource", { movedFrom: "something else" });
  expect(counts(other, entry("configMap"))).toEqual([
    "it is kept twice, in a CanaryRollout and in a ConfigMap: delete the one that is not to be driven",
  ]);
});
