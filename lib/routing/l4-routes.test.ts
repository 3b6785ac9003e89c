import { describe, expect, it } from "vitest";
import { aMesh, anObject, aPod, aService, aSlice } from "@/lib/mesh/testing";
import type { MeshRequest } from "./request";
import { decided } from "./testing";

const PODS = ["db", "other"].map((name, index) =>
  aPod(`shop/${name}-v1`, { ip: `10.0.0.${index + 1}` }),
);
const to = (host: string) => [{ destination: { host } }];

/** The cluster that a connection to service `db` ends in, whose port has this name. */
function clusterOf(portName: string, spec: object, request: Partial<MeshRequest> = {}) {
  const service = aService("shop/db", 9080, portName);
  const mesh = aMesh(
    aPod("shop/web-v1", { ip: "10.0.0.9" }),
    ...PODS,
    service,
    aService("shop/other", 9080, portName),
    ...PODS.map((pod) => aSlice(`shop/${pod.metadata.labels?.["app"] ?? ""}`, [pod])),
    anObject("VirtualService", "shop/db", { hosts: ["db", "*.test"], ...spec }),
  );
  const address = (service["spec"] as { clusterIP: string }).clusterIP;
  const base = { address, authority: "db:9080", protocol: "tcp" as const };
  return decided(mesh, { ...base, ...request })
    .cluster?.split("|")[3]
    ?.split(".")[0];
}

describe("routes of TLS", () => {
  const tls = [
    { match: [{ sniHosts: ["*.test"] }], route: to("db") },
    { match: [{ sniHosts: ["a.test"] }], route: to("other") },
  ];
  const asked = (sni: string, spec: object = { tls }) =>
    clusterOf("tls", spec, { sni, protocol: "tls" });

  it("go by the most specific name, not by their order", () => {
    expect(asked("a.test")).toBe("other");
    expect(asked("b.test")).toBe("db");
  });
  it("take nothing else", () => expect(asked("a.example")).toBeUndefined());
  it("that are for other clients do not keep the service from its own", () =>
    expect(
      asked("a.example", {
        tls: [{ match: [{ sniHosts: ["*.test"], sourceNamespace: "bank" }], route: to("other") }],
      }),
    ).toBe("db"));
});

describe("routes of TCP", () => {
  it("go by the longest range of addresses", () => {
    const tcp = [
      { match: [{ destinationSubnets: ["10.96.0.0/16"] }], route: to("db") },
      { match: [{ destinationSubnets: ["10.96.0.0/24"] }], route: to("other") },
    ];
    expect(clusterOf("tcp", { tcp })).toBe("other");
  });
  it("end with the first match that takes all", () => {
    const tcp = [
      { route: to("db") },
      { match: [{ destinationSubnets: ["10.96.0.0/24"] }], route: to("other") },
    ];
    expect(clusterOf("tcp", { tcp })).toBe("db");
  });
});
