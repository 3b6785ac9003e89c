import { describe, expect, it } from "vitest";
import type { KubeObject } from "@/lib/k8s/object";
import { anObject, aService } from "@/lib/mesh/testing";
import { manualClock } from "@/sandbox/clock";
import { memoryStore } from "../testing";
import { writeStatuses } from "./write-statuses";

const gateway = (key: string, spec: object): KubeObject => ({
  ...anObject("KubernetesGateway", key, { gatewayClassName: "istio", ...spec }),
  kind: "Gateway",
});
const namespace = (name: string): KubeObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name },
});
const ALL = { namespaces: { from: "All" } };
const objects = (): readonly KubeObject[] => [
  ...["shop", "bank", "istio-system"].map(namespace),
  aService("istio-system/ingress", 80),
  aService("shop/reviews"),
  aService("bank/payments"),
  gateway("istio-system/kg", {
    addresses: [{ type: "Hostname", value: "ingress.istio-system.svc.cluster.local" }],
    listeners: [
      { name: "all", port: 80, protocol: "HTTP", allowedRoutes: ALL },
      { name: "udp", port: 99, protocol: "UDP" },
    ],
  }),
  gateway("istio-system/kg2", { listeners: [{ name: "a", port: 80, protocol: "HTTP" }] }),
  gateway("shop/other", { gatewayClassName: "nginx", listeners: [] }),
];
const route = (name: string, spec: object): KubeObject =>
  anObject("HTTPRoute", `shop/${name}`, spec);
const backend = (name: string, more: object = {}) => ({ name, port: 9080, ...more });

function written(...more: readonly KubeObject[]) {
  const clock = manualClock();
  const store = memoryStore([...objects(), ...more]);
  const stop = writeStatuses(store, clock, () => true);
  clock.advance(200);
  const status = (kind: "KubernetesGateway" | "HTTPRoute", key: string) => {
    const [where = "", name = ""] = key.split("/");
    return store.get(kind, where, name)?.["status"] as {
      addresses?: unknown;
      conditions: { type: string; status: string; reason: string; message: string }[];
      listeners: {
        name: string;
        attachedRoutes: number;
        supportedKinds: { kind: string }[];
        conditions: { type: string; status: string; reason: string }[];
      }[];
      parents: {
        parentRef: object;
        conditions: { type: string; status: string; reason: string; message: string }[];
      }[];
    };
  };
  return { clock, store, stop, status };
}

const told = (conditions: readonly { type: string; status: string; reason: string }[]) =>
  conditions.map(({ type, status, reason }) => `${type} ${status} ${reason}`);

describe("the status of a Gateway", () => {
  const ok = route("ok", {
    parentRefs: [{ name: "kg", namespace: "istio-system" }],
    rules: [{ backendRefs: [backend("reviews")] }],
  });

  it("tells what a real istiod told: addresses, listeners, routes", () => {
    const { addresses, conditions, listeners } = written(ok).status(
      "KubernetesGateway",
      "istio-system/kg",
    );
    expect(addresses).toEqual([
      { type: "Hostname", value: "ingress.istio-system.svc.cluster.local" },
    ]);
    expect(told(conditions)).toEqual([
      "Accepted True ListenersNotValid",
      "Programmed False AddressNotUsable",
      "ResolvedRefs True ResolvedRefs",
    ]);
    expect(conditions[1]?.message).toBe(
      'Assigned to service(s) ingress.istio-system.svc.cluster.local:80, but failed to assign to all requested addresses: port 99 not found for hostname "ingress.istio-system.svc.cluster.local"',
    );
    expect(listeners.map(({ name, attachedRoutes }) => [name, attachedRoutes])).toEqual([
      ["all", 1],
      ["udp", 0],
    ]);
    expect(told(listeners[0]?.conditions ?? [])).toEqual([
      "Accepted True Accepted",
      "Conflicted False NoConflicts",
      "Programmed True Programmed",
      "ResolvedRefs True ResolvedRefs",
    ]);
    expect(listeners[0]?.supportedKinds.map(({ kind }) => kind)).toEqual([
      "HTTPRoute",
      "GRPCRoute",
    ]);
    expect(told(listeners[1]?.conditions ?? [])[0]).toBe("Accepted False UnsupportedProtocol");
  });

  it("of one without a Service names the Service that is missing", () =>
    expect(written().status("KubernetesGateway", "istio-system/kg2").conditions[1]?.message).toBe(
      'Failed to assign to any requested addresses: hostname "kg2-istio.istio-system.svc.cluster.local" not found',
    ));

  it("is left to others where the class is theirs", () =>
    expect(written().store.get("KubernetesGateway", "shop", "other")?.["status"]).toBeUndefined());

  it("follows changes, keeps the time of what stays, and writes nothing else", () => {
    const { clock, store, status } = written(ok);
    const since = status("KubernetesGateway", "istio-system/kg").conditions;
    let writes = 0;
    store.subscribe(() => (writes += 1));
    store.delete("HTTPRoute", "shop", "ok");
    clock.advance(60_000);
    expect(status("KubernetesGateway", "istio-system/kg").listeners[0]?.attachedRoutes).toBe(0);
    expect(status("KubernetesGateway", "istio-system/kg").conditions).toEqual(since);
    expect(writes).toBe(2);
  });
});

describe("the status of a route", () => {
  it("says for each parent whether it is accepted, and whether its backends are there", () => {
    const { parents } = written(
      route("bad", {
        parentRefs: [
          { name: "kg", namespace: "istio-system", sectionName: "nope" },
          { name: "kg2", namespace: "istio-system" },
          { group: "", kind: "Service", name: "reviews" },
          { name: "ghost" },
        ],
        hostnames: ["b.test"],
        rules: [{ backendRefs: [backend("nosuch"), backend("payments", { namespace: "bank" })] }],
      }),
    ).status("HTTPRoute", "shop/bad");
    expect(parents.map(({ conditions }) => told(conditions))).toEqual([
      ["Accepted False NoMatchingParent", "ResolvedRefs False RefNotPermitted"],
      ["Accepted False NotAllowedByListeners", "ResolvedRefs False RefNotPermitted"],
      ["Accepted True Accepted", "ResolvedRefs False BackendNotFound"],
    ]);
    expect(parents[1]?.conditions[0]?.message).toBe(
      'hostnames matched parent hostname "", but namespace "shop" is not allowed by the parent',
    );
    expect(parents[2]?.conditions[1]?.message).toBe(
      "backend(nosuch.shop.svc.cluster.local) not found",
    );
    expect(parents[0]?.parentRef).toEqual({
      group: "gateway.networking.k8s.io",
      kind: "Gateway",
      name: "kg",
      namespace: "istio-system",
      sectionName: "nope",
    });
  });

  it("is valid where nothing is wrong", () => {
    const { parents } = written(
      route("ok", {
        parentRefs: [{ name: "kg", namespace: "istio-system" }],
        rules: [{ backendRefs: [backend("reviews")] }],
      }),
    ).status("HTTPRoute", "shop/ok");
    expect(parents[0]?.conditions.map(({ message }) => message)).toEqual([
      "Route was valid",
      "All references resolved",
    ]);
  });
});
