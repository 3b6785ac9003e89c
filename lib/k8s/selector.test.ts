import { describe, expect, it } from "vitest";
import { fieldSelector, labelSelector, SelectorError } from "./selector";

const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name: "reviews-1",
    namespace: "bookinfo",
    labels: { app: "reviews", version: "v1", "example.com/tier": "", empty: "" },
  },
  spec: { nodeName: "node-1", hostNetwork: true },
  status: { phase: "Running" },
};

describe("label selectors", () => {
  it.each([
    ["", true],
    ["app=reviews", true],
    ["app==reviews,version!=v2", true],
    ["app in (ratings, reviews),version notin (v2)", true],
    ["app notin (reviews)", false],
    ["owner notin (x)", true],
    ["owner in (x)", false],
    ["owner!=x", true],
    ["example.com/tier", true],
    ["!owner, app", true],
    ["!app", false],
    ["empty=", true],
    ["toString", false],
  ])("%s selects: %s", (text, selected) => {
    expect(labelSelector(text)(pod)).toBe(selected);
  });

  it.each(["=x", "a=b=c", "a in b", "a in (b", "-a", "a,,b", "a b"])("%s is none", (text) => {
    expect(() => labelSelector(text)).toThrow(SelectorError);
  });
});

describe("field selectors", () => {
  it.each([
    ["metadata.name=reviews-1", true],
    ["metadata.namespace!=bookinfo", false],
    ["spec.nodeName=node-1,status.phase=Running", true],
    ["spec.hostNetwork=true", true],
    ["status.podIP=", true],
    ["", true],
  ])("%s selects: %s", (text, selected) => {
    expect(fieldSelector(text, "Pod")(pod)).toBe(selected);
  });

  it("know the fields of a kind only", () => {
    expect(() => fieldSelector("spec.nodeName=x", "Service")).toThrow(
      "field label not supported: spec.nodeName",
    );
    expect(() => fieldSelector("metadata.name", "Pod")).toThrow(SelectorError);
  });
});
