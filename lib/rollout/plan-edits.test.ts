import { expect, test } from "vitest";
import { instant } from "@/lib/base/units";
import { next } from "./machine";
import { planEdits } from "./plan-edits";
import { initialStatus, type RolloutStatus } from "./status";
import { aRollout } from "./testing";

const started = aRollout();
const edited = (spec: object) => ({ ...started, spec: { ...started.spec, ...spec } });

test("an edit is told by its field, one that cannot be read too, and what means the same is none", () => {
  expect(planEdits(started, edited({}))).toEqual([]);
  expect(planEdits(started, edited({ hold: "60s", suspend: true }))).toEqual([]);
  expect(planEdits(started, edited({ steps: [10, 30, 50, 100], drift: "pause" }))).toEqual([
    "spec.steps[1].weight",
    "spec.drift",
  ]);
  expect(planEdits(started, edited({ steps: [50] }))).toEqual(["spec.steps"]);
  expect(planEdits(started, edited({ analysis: { p98: 5 } }))).toEqual(["spec.analysis.p98"]);
});

test("an edit is said once, and once more when it is taken back; it decides nothing", () => {
  const at = (status: RolloutStatus, version: string, ...edits: string[]) =>
    next(started, status, { commands: [], asked: { version, edits } }, instant(1000)).status;
  const resting: RolloutStatus = {
    ...initialStatus("ana", instant(0)),
    state: {
      phase: "Paused",
      reason: "Manual",
      message: "",
      since: instant(0),
      step: 0,
      share: 10,
      carry: { holdLeft: 1 as never, checkLeft: 1 as never, maxLeft: null, lastVerdict: null },
    },
  };
  const known = at(resting, "1");
  expect(known).toMatchObject({ planVersion: "1", ledger: [] });
  const changed = at(known, "2", "spec.drift");
  expect(changed).toMatchObject({ edits: ["spec.drift"], state: resting.state });
  expect(at(changed, "2", "spec.drift")).toBe(changed);
  expect(at(changed, "3", "spec.drift").ledger).toHaveLength(1);
  const back = at(changed, "4");
  expect(back.ledger.map(({ level }) => level)).toEqual(["warn", "info"]);
});
