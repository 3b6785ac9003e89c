import { describe, expect, it } from "vitest";
import type { KubeObject } from "@/lib/k8s/object";
import { anObject, aPod } from "@/lib/mesh/testing";
import type { MeshRequest } from "./request";
import { decided, shop } from "./testing";

const parent = { group: "", kind: "Service", name: "reviews" };
const backend = (name: string, port: number, more: object = {}) => ({ name, port, ...more });
const V = (host: string, port: number) => `outbound|${port}||${host}.shop.svc.cluster.local`;
const named = (name: string, port: number, portName: string) =>
  anObject("Service", `shop/${name}`, {
    clusterIP: `10.96.7.${port % 250}`,
    ports: [{ name: portName, port }],
  });

/** A gateway of the Gateway API with its pod; and what it decides. */
const edge = (listener: object, ...objects: readonly KubeObject[]) => {
  const pod = {
    ...aPod("infra/edge-v1", {
      ip: "10.0.2.1",
      labels: { "gateway.networking.k8s.io/gateway-name": "edge" },
    }),
    spec: { containers: [{ name: "istio-proxy", args: ["proxy", "router"] }] },
  };
  const gateway = {
    ...anObject("KubernetesGateway", "infra/edge", {
      gatewayClassName: "istio",
      listeners: [
        { name: "l", port: 8443, allowedRoutes: { namespaces: { from: "All" } }, ...listener },
      ],
    }),
    kind: "Gateway",
  };
  const mesh = shop(pod, gateway, ...objects);
  return (request: Partial<MeshRequest>) =>
    decided(mesh, { port: 8443, authority: "a.test", ...request }, { from: "infra/edge-v1" });
};
const atEdge = { name: "edge", namespace: "infra" };

describe("a CORS filter of an HTTPRoute", () => {
  const cors = (filter: object) => {
    const rules = [
      { filters: [{ type: "CORS", cors: filter }], backendRefs: [backend("reviews", 9080)] },
    ];
    const mesh = shop(anObject("HTTPRoute", "shop/r", { parentRefs: [parent], rules }));
    return (origin: string, preflight = true) =>
      decided(mesh, {
        method: preflight ? "OPTIONS" : "GET",
        headers: { origin, ...(preflight && { "access-control-request-method": "PUT" }) },
      }).action;
  };
  it("answers preflights by itself, also those of origins that it does not allow", () => {
    const ask = cors({ allowOrigins: ["https://a.test"], allowMethods: ["PUT"], maxAge: 5 });
    expect(ask("https://a.test")).toMatchObject({
      type: "answer",
      status: 200,
      headers: {
        "access-control-allow-origin": "https://a.test",
        "access-control-allow-methods": "PUT",
        "access-control-max-age": "5",
      },
    });
    const other = ask("https://b.test");
    expect(other).toMatchObject({ type: "answer", status: 200 });
    expect(other).not.toHaveProperty(["headers", "access-control-allow-origin"]);
  });
  it.each([
    ["*", "https://a.test:8443", true],
    ["*", "null", false],
    ["https://*.a.test", "https://x.a.test", true],
    ["https://*.a.test", "https://xya-test", false],
    ["https://a.*", "https://a.test", true],
  ])("allows by %s the origin %s: %s", (pattern, origin, allowed) => {
    const { type, ...action } = cors({ allowOrigins: [pattern] })(origin, false);
    expect(type).toBe("forward");
    const headers = (action as { corsHeaders?: Record<string, string> }).corsHeaders ?? {};
    expect(headers["access-control-allow-origin"]).toBe(allowed ? origin : undefined);
  });
});

describe("a GRPCRoute", () => {
  const rule = (name: string, matches?: readonly object[]) => ({
    name,
    ...(matches && { matches }),
    backendRefs: [backend("reviews", 9080)],
  });
  const route = (...rules: readonly object[]) =>
    anObject("GRPCRoute", "shop/g", { parentRefs: [parent], rules });
  const taken = (path: string, ...rules: readonly object[]) =>
    decided(shop(route(...rules)), { path, method: "POST" }).routeName;

  it.each([
    [{ service: "a.B", method: "C" }, "/a.B/C", true],
    [{ service: "a.B", method: "C" }, "/a.B/D", false],
    [{ service: "a.B" }, "/a.B/D", true],
    [{ service: "a.B" }, "/a.BC/D", false],
    [{ method: "C" }, "/x.Y/C", true],
    [{ type: "RegularExpression", service: "a\\.[BC]", method: "Get.*" }, "/a.C/GetAll", true],
    [{ type: "RegularExpression", service: "a\\.[BC]" }, "/a.D/GetAll", false],
  ])("matches %j: %s %s", (method, path, matches) =>
    expect(taken(path, rule("m", [{ method }]))).toBe(matches ? "m" : ""),
  );

  it("tries exact methods before services, and what matches all last", () => {
    const rules = [
      rule("all"),
      rule("service", [{ method: { service: "a.B" } }]),
      rule("method", [{ method: { service: "a.B", method: "C" } }]),
    ];
    expect(["/a.B/C", "/a.B/D", "/x.Y/Z"].map((path) => taken(path, ...rules))).toEqual([
      "method",
      "service",
      "all",
    ]);
  });

  it("splits by weight, and answers 500 without a backend", () => {
    const weighted = { backendRefs: [backend("reviews", 9080, { weight: 0 })] };
    expect(decided(shop(route(weighted))).action).toMatchObject({ status: 500 });
  });

  it("goes through a gateway", () => {
    const spec = { parentRefs: [atEdge], hostnames: ["a.test"], rules: [rule("g")] };
    const ask = edge({ protocol: "HTTP" }, anObject("GRPCRoute", "shop/g", spec));
    expect(ask({ path: "/a.B/C" })).toMatchObject({
      routeName: "g",
      cluster: V("reviews", 9080),
    });
    expect(ask({ authority: "b.test" }).action).toMatchObject({ status: 404 });
  });
});

describe("a TCPRoute", () => {
  const db = named("db", 5432, "tcp");
  const other = named("other", 5433, "tcp");
  const route = (parentRef: object, ...backendRefs: readonly object[]) =>
    anObject("TCPRoute", "shop/t", { parentRefs: [parentRef], rules: [{ backendRefs }] });
  const ofDb = { group: "", kind: "Service", name: "db" };
  const asked = { port: 5432, authority: "db.shop", protocol: "tcp" as const };
  const to = (parentRef: object, ...backendRefs: readonly object[]) =>
    decided(shop(db, other, route(parentRef, ...backendRefs)), asked);

  it("sends the connections of a Service elsewhere", () => {
    const { cluster, trace } = to(ofDb, backend("other", 5433));
    expect(cluster).toBe(V("other", 5433));
    expect(trace.find(({ step }) => step === "route")?.path).toBe("spec.rules[0]");
  });
  it("of one port leaves the others alone", () => {
    expect(to({ ...ofDb, port: 5432 }, backend("other", 5433)).cluster).toBe(V("other", 5433));
    expect(to({ ...ofDb, port: 1 }, backend("other", 5433)).cluster).toBe(V("db", 5432));
  });
  it("closes them where no backend has a weight", () =>
    expect(to(ofDb, backend("other", 5433, { weight: 0 })).action.type).toBe("close"));

  it("goes through a gateway's listener of TCP, and no other", () => {
    const own = route(atEdge, backend("other", 5433));
    const ask = { protocol: "tcp" as const };
    expect(edge({ protocol: "TCP" }, other, own)(ask).cluster).toBe(V("other", 5433));
    expect(edge({ protocol: "HTTP" }, other, own)(ask).action.type).toBe("close");
    const kinds = [{ kind: "TLSRoute" }];
    const closed = edge(
      { protocol: "TCP", allowedRoutes: { kinds, namespaces: { from: "All" } } },
      other,
      own,
    );
    expect(closed(ask).action.type).toBe("close");
  });
  it("needs leave for a backend of another namespace", () => {
    const far = anObject("Service", "bank/vault", {
      clusterIP: "10.96.7.9",
      ports: [{ name: "tcp", port: 99 }],
    });
    const own = route(atEdge, backend("vault", 99, { namespace: "bank" }));
    const grant = anObject("ReferenceGrant", "bank/g", {
      from: [{ group: "gateway.networking.k8s.io", kind: "TCPRoute", namespace: "shop" }],
      to: [{ group: "", kind: "Service" }],
    });
    const ask = { protocol: "tcp" as const };
    expect(edge({ protocol: "TCP" }, far, own)(ask).action.type).toBe("close");
    expect(edge({ protocol: "TCP" }, far, own, grant)(ask).cluster).toBe(
      "outbound|99||vault.bank.svc.cluster.local",
    );
  });
});

describe("a TLSRoute", () => {
  const secure = named("secure", 443, "tls");
  const other = named("other", 8443, "tls");
  const route = (parentRef: object, hostnames: readonly string[] = []) =>
    anObject("TLSRoute", "shop/t", {
      parentRefs: [parentRef],
      hostnames,
      rules: [{ backendRefs: [backend("other", 8443)] }],
    });
  const passthrough = { protocol: "TLS", tls: { mode: "Passthrough" } };
  const hello = (sni: string) => ({ protocol: "tls" as const, scheme: "https" as const, sni });

  it("takes the names that the listener and it have in common", () => {
    const ask = edge({ ...passthrough, hostname: "*.test" }, other, route(atEdge, ["*.a.test"]));
    expect(ask(hello("x.a.test")).cluster).toBe(V("other", 8443));
    expect(ask(hello("b.test")).action.type).toBe("close");
  });
  it("of a Service takes the name of the Service where it names none", () => {
    const ofService = { group: "", kind: "Service", name: "secure" };
    const mesh = shop(secure, other, route(ofService));
    const sni = "secure.shop.svc.cluster.local";
    const asked = { port: 443, authority: "secure.shop", ...hello(sni) };
    expect(decided(mesh, asked).cluster).toBe(V("other", 8443));
    expect(decided(mesh, { ...asked, sni: "b.test" }).cluster).not.toBe(V("other", 8443));
  });
});
