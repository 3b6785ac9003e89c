import { expect, test } from "vitest";
import { AppError } from "@/lib/base/errors";
import { instant } from "@/lib/base/units";
import type { LiveEvent } from "../ports";
import { liveHub } from "./live";
import { sourceStates } from "./sources";

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

function states() {
  let now = 1_000;
  const hub = liveHub("e");
  const published: LiveEvent[] = [];
  const live = { ...hub, listeners: 0, publish: (event: LiveEvent) => void published.push(event) };
  const clock = { now: () => instant(now), sleep: () => new Promise<void>(() => undefined) };
  const sources = sourceStates(
    { clock, live, log: silent },
    [{ source: "prometheus", state: "connecting", lastSeen: undefined, error: undefined }],
    new AbortController().signal,
  );
  return { sources, published, pass: (ms: number) => (now += ms) };
}

const broken = new AppError("unavailable", "nothing listens there", { hint: "Start it." });

test("a source is down until it answered once, stale after that", () => {
  const { sources, pass } = states();
  sources.failed("prometheus", broken);
  expect(sources.current()).toEqual([
    {
      source: "prometheus",
      state: "down",
      lastSeen: undefined,
      error: { message: "nothing listens there", hint: "Start it." },
    },
  ]);
  sources.answered("prometheus");
  pass(500);
  sources.failed("prometheus", broken);
  expect(sources.current()[0]).toMatchObject({ state: "stale", lastSeen: 1_000 });
});

test("pages hear of changes, not of each answer; the age is kept all the same", () => {
  const { sources, published, pass } = states();
  sources.answered("prometheus");
  pass(500);
  sources.answered("prometheus");
  expect(published).toHaveLength(1);
  expect(sources.current()[0]).toMatchObject({ state: "live", lastSeen: 1_500 });
  sources.failed("prometheus", broken);
  expect(published).toHaveLength(2);
});
