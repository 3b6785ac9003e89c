import { describe, expect, it } from "vitest";
import { graphOptions } from "./graph-options";

describe("the options of graph", () => {
  it("have defaults, and take namespaces singly or as a list", () => {
    expect(graphOptions([])).toMatchObject({
      namespaces: [],
      windowSeconds: 60,
      at: undefined,
      type: "versionedApp",
      output: "json",
    });
    expect(graphOptions(["-n", "a,b", "-n", "c", "--duration", "1h30m"])).toMatchObject({
      namespaces: ["a", "b", "c"],
      windowSeconds: 5400,
    });
  });

  it.each([
    ["1767225600", 1_767_225_600_000],
    ["2026-01-01T00:00:00Z", 1_767_225_600_000],
    ["2026-01-01T01:00:00+01:00", 1_767_225_600_000],
  ])("read %s as a time", (text, at) => {
    expect(graphOptions(["--at", text]).at).toBe(at);
  });

  it.each([
    [["--duration", "0s"], "--duration"],
    [["--duration", "1.5m"], "--duration"],
    [["--duration", "2d"], "--duration"],
    [["--at", "noon"], "--at"],
    [["--type", "pods"], "--type"],
    [["-o", "png"], "-o"],
    [["-n", "Shop"], "-n"],
    [["--prometheus", "prometheus:9090"], "--prometheus"],
    [["surplus"], "surplus"],
  ])("refuse %j, naming what is wrong", (args, named) => {
    expect(() => graphOptions(args)).toThrow(named);
  });
});
