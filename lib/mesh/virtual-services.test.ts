import { expect, test } from "vitest";
import { anObject, aMesh } from "./testing";
import { virtualServices } from "./virtual-services";

test("hosts and gateways are resolved where they are written", () => {
  const mesh = aMesh(
    anObject("VirtualService", "shop/a", { hosts: ["Reviews", "a.com"], gateways: ["gw", "mesh"] }),
  );
  expect(mesh.derive(virtualServices).all[0]).toMatchObject({
    hosts: ["reviews.shop.svc.cluster.local", "a.com"],
    gateways: ["shop/gw", "mesh"],
  });
});

test("a client sees private ones first, then those exported to it, then public ones", () => {
  const of = (key: string, exportTo?: readonly string[]) =>
    anObject("VirtualService", key, { hosts: ["a.com"], ...(exportTo && { exportTo }) });
  const mesh = aMesh(
    of("other/public-old"),
    of("other/exported", ["shop"]),
    of("shop/public"),
    of("shop/private", ["."]),
    of("other/hidden", ["."]),
  );
  const seen = mesh.derive(virtualServices).visibleTo("shop");
  expect(seen.map(({ name }) => name)).toEqual(["private", "exported", "public-old", "public"]);
});

test("of one second the name decides the order", () => {
  const at = (name: string) => {
    const object = anObject("VirtualService", `shop/${name}`, {});
    return {
      ...object,
      metadata: { ...object.metadata, creationTimestamp: "2026-01-01T00:00:00Z" },
    };
  };
  const { all } = aMesh(at("b"), at("a")).derive(virtualServices);
  expect(all.map(({ name }) => name)).toEqual(["a", "b"]);
});
