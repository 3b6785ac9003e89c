import { describe, expect, it } from "vitest";
import { meshView } from "@/lib/mesh/view";
import { searchObjects } from "./search-objects";

const object = (apiVersion: string, kind: string, namespace: string, name: string) => ({
  apiVersion,
  kind,
  metadata: { namespace, name },
});

const mesh = meshView([
  object("v1", "Service", "bookinfo", "reviews"),
  object("v1", "Service", "bookinfo", "old-reviews"),
  object("v1", "Service", "reviews", "cart"),
  object("v1", "Secret", "bookinfo", "reviews"),
  object("networking.istio.io/v1", "VirtualService", "bookinfo", "reviews-canary"),
  object("networking.istio.io/v1", "VirtualService", "bookinfo", "details"),
]);

const found = (text: string, limit = 10) =>
  searchObjects(mesh, text, limit).map(
    ({ kind, namespace, name }) => `${kind} ${namespace}/${name}`,
  );

describe("searchObjects", () => {
  it("puts the name itself first, then beginnings, then parts, then namespaces", () => {
    expect(found("reviews")).toEqual([
      "Service bookinfo/reviews",
      "VirtualService bookinfo/reviews-canary",
      "Service bookinfo/old-reviews",
      "Service reviews/cart",
    ]);
  });

  it("narrows by kind, tag and namespace, in any order and case", () => {
    expect(found("vs bookinfo Details")).toEqual(["VirtualService bookinfo/details"]);
    expect(found("virtualservices canary")).toEqual(["VirtualService bookinfo/reviews-canary"]);
    expect(found("reviews/cart")).toEqual(["Service reviews/cart"]);
  });

  it("finds nothing for nothing, and no more than asked for", () => {
    expect(found("  ")).toEqual([]);
    expect(found("nowhere")).toEqual([]);
    expect(found("reviews", 2)).toHaveLength(2);
  });
});
