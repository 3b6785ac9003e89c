import { describe, expect, it } from "vitest";
import { humanDuration } from "./human-age";
import { jsonPath } from "./json-path";
import { resourcePath } from "./request-path";

describe("ages", () => {
  it.each([
    [0, "0s"],
    [119, "119s"],
    [120, "2m"],
    [125, "2m5s"],
    [600, "10m"],
    [3 * 3600 - 1, "179m"],
    [3 * 3600 + 1200, "3h20m"],
    [9 * 3600, "9h"],
    [50 * 3600, "2d2h"],
    [10 * 86_400, "10d"],
    [800 * 86_400, "2y70d"],
    [-5, "<invalid>"],
  ])("%d s print as %s", (seconds, text) => {
    expect(humanDuration(seconds * 1000)).toBe(text);
  });
});

describe("JSONPath of printer columns", () => {
  const object = {
    spec: { hosts: ["a", "b"], "dotted.name": 1 },
    status: {
      conditions: [
        { type: "Ready", status: "True" },
        { type: "Accepted", status: "False" },
      ],
    },
  };
  it.each([
    [".spec.hosts", [["a", "b"]]],
    [".spec.hosts[0]", ["a"]],
    [".spec.hosts[*]", ["a", "b"]],
    [".spec.dotted\\.name", [1]],
    ["['spec']['hosts'][-1]", ["b"]],
    ['.status.conditions[?(@.type=="Accepted")].status', ["False"]],
    [".spec.missing.deep", []],
    [".spec.hosts[?(@ > 1)]", []],
  ])("%s finds %j", (path, found) => {
    expect(jsonPath(path)(object)).toEqual(found);
  });
});

describe("request paths", () => {
  it.each([
    ["/api/v1/pods", ["", "v1", "", "pods", "", ""]],
    ["/api/v1/namespaces/a/pods/b/log", ["", "v1", "a", "pods", "b", "log"]],
    ["/api/v1/namespaces/a", ["", "v1", "", "namespaces", "a", ""]],
    ["/api/v1/namespaces/a/status", ["", "v1", "", "namespaces", "a", "status"]],
    ["/apis/apps/v1/namespaces/a/deployments", ["apps", "v1", "a", "deployments", "", ""]],
    ["/apis/x.io/v1/things/a%2Fb", ["x.io", "v1", "", "things", "a/b", ""]],
  ])("%s names %j", (path, expected) => {
    const found = resourcePath(path);
    expect(found && Object.values(found)).toEqual(expected);
  });

  it.each([
    "/api",
    "/api/v1",
    "/apis/apps",
    "/apis/apps/v1",
    "/version",
    "/api/v1//pods",
    "/api/v1/%",
  ])("%s names no object", (path) => {
    expect(resourcePath(path)).toBeUndefined();
  });
});
