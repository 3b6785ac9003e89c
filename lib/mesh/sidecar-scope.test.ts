import { expect, test } from "vitest";
import type { KubeObject } from "@/lib/k8s/object";
import { sidecarScopes } from "./sidecar-scope";
import { anObject, aMesh, aService } from "./testing";

const base = [aService("shop/reviews"), aService("bank/payments"), aService("bank/teller")];
const client = { namespace: "shop", labels: { app: "web" } };
const sidecar = (key: string, spec: object) => anObject("Sidecar", key, spec);
const scopeOf = (...objects: readonly KubeObject[]) =>
  aMesh(...base, ...objects).derive(sidecarScopes)(client);
const names = (...objects: readonly KubeObject[]) =>
  [...(scopeOf(...objects).egress[0]?.services.values() ?? [])].map(({ name }) => name);

test("without a Sidecar everything is known", () =>
  expect(names()).toEqual(["reviews", "payments", "teller"]));

test.each([
  ["./*", ["reviews"]],
  ["bank/*", ["payments", "teller"]],
  ["*/payments.bank.svc.cluster.local", ["payments"]],
  ["~/*", []],
])("hosts %s import %j", (host, expected) =>
  expect(names(sidecar("shop/default", { egress: [{ hosts: [host] }] }))).toEqual(expected),
);

test("the Sidecar that selects the workload goes before those of the namespace and the root", () => {
  const objects = [
    sidecar("istio-system/root", {}),
    sidecar("shop/default", {}),
    sidecar("shop/web", { workloadSelector: { labels: { app: "web" } } }),
  ];
  expect(scopeOf(...objects).sidecar?.metadata.name).toBe("web");
  expect(scopeOf(...objects.slice(0, 2)).sidecar?.metadata.name).toBe("default");
  expect(scopeOf(...objects.slice(0, 1)).sidecar?.metadata.name).toBe("root");
});

test("where a VirtualService sends requests, there is a cluster too", () => {
  const scope = scopeOf(
    sidecar("shop/default", { egress: [{ hosts: ["./*"] }] }),
    anObject("VirtualService", "shop/vs", {
      hosts: ["reviews"],
      http: [{ route: [{ destination: { host: "payments.bank.svc.cluster.local" } }] }],
    }),
  );
  expect([...scope.services.keys()]).toEqual([
    "reviews.shop.svc.cluster.local",
    "payments.bank.svc.cluster.local",
  ]);
});

test("delegation goes one level deep, and a circle of delegates ends", () => {
  const to = (name: string) => ({ delegate: { name } });
  const payments = { route: [{ destination: { host: "payments.bank.svc.cluster.local" } }] };
  const teller = { route: [{ destination: { host: "teller.bank.svc.cluster.local" } }] };
  const known = (...http: readonly object[]) => [
    ...scopeOf(
      sidecar("shop/default", { egress: [{ hosts: ["./*"] }] }),
      anObject("VirtualService", "shop/root", { hosts: ["reviews"], http: [to("part")] }),
      anObject("VirtualService", "shop/part", { http }),
      anObject("VirtualService", "shop/deeper", { http: [teller, to("part")] }),
    ).services.keys(),
  ];
  expect(known(payments, to("deeper"))).toEqual([
    "reviews.shop.svc.cluster.local",
    "payments.bank.svc.cluster.local",
  ]);
});

test("what is not known may be reached unless the Sidecar or the mesh forbids it", () => {
  const mesh = (mode: string) => ({
    ...anObject("ConfigMap", "istio-system/istio"),
    data: { mesh: `outboundTrafficPolicy: { mode: ${mode} }` },
  });
  expect(scopeOf().outbound).toBe("ALLOW_ANY");
  expect(scopeOf(mesh("REGISTRY_ONLY")).outbound).toBe("REGISTRY_ONLY");
  expect(
    scopeOf(
      mesh("REGISTRY_ONLY"),
      sidecar("shop/a", { outboundTrafficPolicy: { mode: "ALLOW_ANY" } }),
    ).outbound,
  ).toBe("ALLOW_ANY");
});
