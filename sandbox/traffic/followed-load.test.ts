import { expect, it } from "vitest";
import { bookinfoInTest } from "./testing";
import { followed } from "./followed-load";
import { bookinfoTraffic } from "@/sandbox/scenarios/bookinfo-traffic";

const [bookLoad] = bookinfoTraffic.loads;
const loads = [0.5, 4, 40, 400].map((requestsPerSecond) => ({ ...bookLoad!, requestsPerSecond }));

it("follows every request of quiet loads, and of busy ones as many as the limit leaves", () => {
  const all = followed({ apps: {}, loads, followedPerSecond: 20 });
  expect(all.map(({ times }) => times)).toEqual([1, 1, 6, 52]);
  const perSecond = all.map(({ periodMs }) => 1000 / periodMs);
  expect(perSecond.reduce((sum, rate) => sum + rate, 0)).toBeLessThanOrEqual(20);
  for (const [index, { periodMs, times }] of all.entries()) {
    expect((times * 1000) / periodMs).toBeCloseTo(loads[index]!.requestsPerSecond);
  }
});

it("follows every request where there is no limit", () => {
  expect(followed({ apps: {}, loads }).map(({ times }) => times)).toEqual([1, 1, 1, 1]);
});

it("counts each followed request for all that it stands for", () => {
  const { requestsWithin } = bookinfoInTest(1, { ...bookinfoTraffic, followedPerSecond: 4 });
  const page = { reporter: "source", source_workload: "istio-ingressgateway" };
  expect(requestsWithin(10_000, page)).toBe(400);
});
