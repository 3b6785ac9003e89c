import { describe, expect, it, test } from "vitest";
import { destinationRules } from "./destination-rules";
import { anObject, aMesh } from "./testing";

const reviews = { host: "reviews.shop.svc.cluster.local", namespace: "shop" };
const rule = (key: string, spec: object) =>
  anObject("DestinationRule", key, { host: reviews.host, ...spec });

const found = (mesh: ReturnType<typeof aMesh>, namespace: string, labels = {}) =>
  mesh
    .derive(destinationRules)
    .lookup({ namespace, labels }, reviews)
    ?.rules.map(({ object }) => `${object.metadata.namespace}/${object.metadata.name}`);

describe("the rules of a service", () => {
  const mesh = aMesh(
    rule("istio-system/root", {}),
    rule("shop/service", {}),
    rule("bank/client", {}),
  );
  it("are those of the client's namespace", () =>
    expect(found(mesh, "bank")).toEqual(["bank/client"]));
  it("else those of the service's", () => expect(found(mesh, "other")).toEqual(["shop/service"]));
  it("for the root namespace too", () =>
    expect(found(mesh, "istio-system")).toEqual(["shop/service"]));
  it("else those of the root namespace", () =>
    expect(found(aMesh(rule("istio-system/root", {})), "other")).toEqual(["istio-system/root"]));
});

test("a private rule of the service's namespace is not for others", () => {
  const mesh = aMesh(rule("shop/private", { exportTo: ["."] }));
  expect(found(mesh, "bank")).toBeUndefined();
  expect(found(mesh, "shop")).toEqual(["shop/private"]);
});

test("the most specific host wins within a namespace", () => {
  const mesh = aMesh(
    rule("shop/all", { host: "*.local" }),
    rule("shop/some", { host: "*.shop.svc.cluster.local" }),
  );
  expect(found(mesh, "shop")).toEqual(["shop/some"]);
});

test("a rule for some workloads comes before others, for these workloads", () => {
  const mesh = aMesh(
    rule("bank/all", {}),
    rule("bank/tellers", { workloadSelector: { matchLabels: { app: "teller" } } }),
  );
  expect(found(mesh, "bank", { app: "teller" })).toEqual(["bank/tellers"]);
  expect(found(mesh, "bank", { app: "other" })).toEqual(["bank/all"]);
});

test("rules of one host are merged: the oldest policy, the first subset of a name", () => {
  const subset = (name: string, version: string) => ({ name, labels: { version } });
  const mesh = aMesh(
    rule("shop/a", { subsets: [subset("v1", "1")] }),
    rule("shop/b", {
      trafficPolicy: { tls: { mode: "DISABLE" } },
      subsets: [subset("v1", "other"), subset("v2", "2")],
    }),
  );
  const merged = mesh.derive(destinationRules).lookup({ namespace: "shop", labels: {} }, reviews);
  expect(merged?.trafficPolicy).toEqual({ tls: { mode: "DISABLE" } });
  expect(
    [...(merged?.subsets ?? [])].map(
      ([
        name,
        {
          path,
          object,
          subset: { labels },
        },
      ]) => [name, object.metadata.name, path, labels],
    ),
  ).toEqual([
    ["v1", "a", "spec.subsets[0]", { version: "1" }],
    ["v2", "b", "spec.subsets[1]", { version: "2" }],
  ]);
});

describe("rules of one host that not the same namespaces see", () => {
  const subset = (name: string) => ({ subsets: [{ name, labels: { version: name } }] });
  const subsetsFor = (namespace: string, ...specs: readonly object[]) => {
    const mesh = aMesh(...specs.map((spec, index) => rule(`shop/${index}`, spec)));
    const merged = mesh.derive(destinationRules).lookup({ namespace, labels: {} }, reviews);
    return merged && [...merged.subsets.keys()];
  };
  const forShop = { ...subset("v1"), exportTo: ["."] };
  const forBank = { ...subset("v1"), exportTo: ["bank"] };
  const forBoth = { ...subset("v2"), exportTo: ["bank", "shop"] };
  const forAll = { ...subset("v2"), exportTo: ["*"] };
  const byDefault = subset("v3");

  it("stay apart, and the last is the one that counts", () => {
    expect(subsetsFor("shop", forShop, forAll)).toEqual(["v2"]);
    expect(subsetsFor("shop", forAll, forShop)).toEqual(["v1"]);
    expect(subsetsFor("bank", forAll, forShop)).toEqual(["v2"]);
  });
  it("of which one says all and one says nothing stay apart too", () =>
    expect(subsetsFor("bank", forAll, byDefault)).toEqual(["v3"]));
  it("are merged where more see the younger", () => {
    expect(subsetsFor("shop", forBank, forBoth)).toEqual(["v2"]);
    expect(subsetsFor("bank", forBank, forBoth)).toEqual(["v1", "v2"]);
    expect(subsetsFor("bank", forBoth, forBank)).toEqual(["v1"]);
  });
  it("hide less specific ones even from whom they are not for", () => {
    const wide = { ...subset("v4"), host: "*.shop.svc.cluster.local" };
    expect(subsetsFor("other", wide, forBank)).toBeUndefined();
    expect(subsetsFor("bank", wide, forBank)).toEqual(["v1"]);
  });
});
