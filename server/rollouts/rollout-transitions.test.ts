import { expect, test } from "vitest";
import { instant } from "@/lib/base/units";
import type { LedgerEntry, RolloutStatus } from "@/lib/rollout/status";
import { initialStatus } from "@/lib/rollout/status";
import { aRollout, simulate } from "@/lib/rollout/testing";
import { conditionsOf } from "./conditions";
import { changesOf, newsOf } from "./rollout-transitions";
import type { RolloutRecord } from "./rollout-store";

const START = initialStatus("ana", instant(0));
const record = (status: RolloutStatus): RolloutRecord => ({
  ref: { namespace: "shop", name: "reviews-v2" },
  store: "configMap",
  rollout: aRollout(),
  status,
  commands: [],
  resourceVersion: "1",
  suspended: false,
  deleted: false,
});
const entry = (title: string, at = 1): LedgerEntry => ({
  at: instant(at),
  who: "engine",
  level: "ok",
  title,
});
const paused: RolloutStatus = {
  ...simulate({ until: 30, events: [{ at: 10, command: "pause" }] }).status,
  ledger: [entry("Started"), entry("No data", 2)],
};

test("a decision and the phase that it leads to are one news", () => {
  const news = newsOf({ record: record(paused), before: { ...START, ledger: [entry("Started")] } });
  expect(news.map(({ reason, message }) => [reason, message])).toEqual([
    ["RolloutPausedManual", "No data"],
  ]);
});

test("a change of phase without a decision is told too, and what is stored again is not", () => {
  const before = { ...paused, state: { phase: "Pending" as const } };
  expect(newsOf({ record: record(paused), before }).map(({ reason }) => reason)).toEqual([
    "RolloutPausedManual",
  ]);
  expect(newsOf({ record: record({ ...paused, epoch: 9 }), before: paused })).toEqual([]);
});

test("the ids of news do not depend on who tells it, and no two are the same", () => {
  const committed = { record: record(paused), before: undefined };
  const ids = newsOf(committed).map(({ id }) => id);
  expect(newsOf(committed).map(({ id }) => id)).toEqual(ids);
  expect(new Set(ids).size).toBe(2);
});

test("what is decided at one moment and stored one after the other has ids of its own", () => {
  const first = { ...paused, ledger: [entry("Check failed"), entry("Roll back")] };
  const second = { ...paused, ledger: [...first.ledger, entry("Rolled back")] };
  const ids = [
    ...newsOf({ record: record(first), before: { ...START, ledger: [] } }),
    ...newsOf({ record: record(second), before: first }),
  ].map(({ id }) => id);
  expect(ids).toHaveLength(3);
  expect(new Set(ids).size).toBe(3);
});

test("entries are found new even after the oldest were dropped", () => {
  const before = { ...START, ledger: [entry("a"), entry("b")] };
  const after = { ...START, ledger: [entry("b"), entry("c")] };
  const { decisions } = changesOf({ record: record(after), before });
  expect(decisions.map(({ title }) => title)).toEqual(["c"]);
});

test("conditions follow the state and keep the time of what did not change", () => {
  const first = conditionsOf(START, [], 1000);
  const second = conditionsOf(paused, first, 2000);
  const told = (list: typeof first) =>
    Object.fromEntries(list.map(({ type, status }) => [type, status]));
  expect(told(first)).toMatchObject({ Ready: "False", Progressing: "True", Paused: "False" });
  expect(told(second)).toMatchObject({ Ready: "False", Progressing: "False", Paused: "True" });
  const timeOf = (type: string) => second.find((each) => each.type === type)?.lastTransitionTime;
  expect(timeOf("Ready")).toBe("1970-01-01T00:00:01.000Z");
  expect(timeOf("Paused")).toBe("1970-01-01T00:00:02.000Z");
});
