import { expect, it } from "vitest";
import { millis, seconds } from "@/lib/base/units";
import { graphWindows, refreshInterval } from "./windows";

it.each([
  ["1 s", seconds(1), 5, 5],
  ["2 s", seconds(2), 10, 10],
  ["15 s", seconds(15), 60, 60],
  ["30 s", seconds(30), 300, 300],
  ["60 s", seconds(60), 300, 300],
  ["unknown", null, 60, 60],
  ["an hour", seconds(3600), 3600, 3600],
])("a scrape interval of %s", (_, interval, shortest, standard) => {
  const windows = graphWindows(interval);
  expect([windows.all[0], windows.standard]).toEqual([shortest, standard]);
});

it("refreshes every second only where that shows something new", () => {
  expect(refreshInterval(millis(1000))).toBe(1000);
  expect(refreshInterval(seconds(15))).toBe(5000);
  expect(refreshInterval(null)).toBe(5000);
});
