import { expect, it } from "vitest";
import { type Difference, withDifference } from "@/lib/base/difference";
import { instant } from "@/lib/base/units";
import { buildGraph } from "@/lib/graph/build-graph";
import { requests, telemetry } from "@/lib/graph/testing";
import { meshView } from "@/lib/mesh/view";
import { type GraphReply, graphVersions } from "./graph-versions";
import { presentGraph } from "./present-graph";
import type { GraphReading } from "./topology-service";

function reading(rate: number, calls = 20): GraphReading {
  const measured = Array.from({ length: calls }, (_, i) =>
    requests("shop/web-v1", `shop/svc${i}-v1`, i === 3 ? rate : 1),
  );
  const options = { windowSeconds: 10, type: "app" } as const;
  const graph = buildGraph(telemetry({ requests: measured }), meshView([]), options);
  return {
    ...presentGraph(graph, { namespaces: [] }).presented,
    findings: {},
    at: instant(1000 + rate),
    telemetry: { state: "live", message: undefined, hint: undefined, missing: [] },
    windows: [10],
    groupings: [],
    problems: [],
    ready: true,
  };
}
const whole = (reply: GraphReply) => JSON.parse(reply.reading ?? "") as unknown;
const changed = (first: GraphReply, next: GraphReply) =>
  withDifference(whole(first), JSON.parse(next.difference ?? "") as Difference);
const size = (value: unknown) => JSON.stringify(value).length;

it("tells who holds a version what changed since, which is little", () => {
  const reply = graphVersions("e");
  const first = reply("q", reading(1), undefined);
  expect(whole(first)).toEqual(reading(1));
  const second = reply("q", reading(2), first.version);
  expect(second.reading).toBeUndefined();
  expect(changed(first, second)).toEqual(reading(2));
  expect(size(second)).toBeLessThan(size(first) / 10);
  const third = reply("q", reading(3, 21), first.version);
  expect(changed(first, third)).toEqual(reading(3, 21));
});

it("says nothing where nothing changed, and gives a second viewer the same version", () => {
  const reply = graphVersions("e");
  const { version } = reply("q", reading(1), undefined);
  expect(reply("q", reading(1), version)).toEqual({ version });
  expect(reply("q", reading(1), undefined).version).toBe(version);
});

it("gives all to who holds a version that it does not know", () => {
  const reply = graphVersions("e");
  const { version } = reply("q", reading(0), undefined);
  for (let rate = 1; rate < 10; rate += 1) reply("q", reading(rate), undefined);
  for (const since of [version, "another-1", graphVersions("f")("q", reading(1), "").version]) {
    expect(whole(reply("q", reading(10), since))).toEqual(reading(10));
  }
  expect(whole(reply("other", reading(10), version))).toEqual(reading(10));
});
