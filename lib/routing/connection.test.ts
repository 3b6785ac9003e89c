import { expect, test } from "vitest";
import type { KubeObject } from "@/lib/k8s/object";
import { anObject, aPod, aSlice } from "@/lib/mesh/testing";
import { decided, shop } from "./testing";

/** What comes of a request to `reviews`, by what client and server were told. */
function connected(client: string | undefined, server: string | undefined, sidecar = true) {
  const tls = { host: "reviews", trafficPolicy: { tls: { mode: client } } };
  const pod = aPod("shop/reviews-v1", { ip: "10.0.0.1", sidecar });
  const mesh = shop(
    pod,
    aSlice("shop/reviews", [pod]),
    ...(client ? [anObject("DestinationRule", "shop/tls", tls)] : []),
    ...(server ? [anObject("PeerAuthentication", "shop/a", { mtls: { mode: server } })] : []),
  );
  const { action } = decided(mesh);
  if (action.type !== "forward") throw new Error("not forwarded");
  const { transport, failure } = action.connect(action.endpoints[0]!);
  return [transport, failure?.flag ?? "connected"];
}

test.each([
  [undefined, undefined, ["mutual_tls", "connected"]],
  [undefined, "STRICT", ["mutual_tls", "connected"]],
  [undefined, "DISABLE", ["plain", "connected"]],
  ["DISABLE", "PERMISSIVE", ["plain", "connected"]],
  ["DISABLE", "STRICT", ["plain", "UC"]],
  ["ISTIO_MUTUAL", "STRICT", ["mutual_tls", "connected"]],
  ["ISTIO_MUTUAL", "DISABLE", ["mutual_tls", "UF"]],
  ["SIMPLE", "STRICT", ["tls", "UF"]],
  ["SIMPLE", "PERMISSIVE", ["tls", "UF"]],
])("client %s and server %s: %j", (client, server, expected) =>
  expect(connected(client, server)).toEqual(expected),
);

test.each([
  [undefined, ["plain", "connected"]],
  ["ISTIO_MUTUAL", ["mutual_tls", "UF"]],
  ["SIMPLE", ["tls", "UF"]],
])("client %s and a server without proxy: %j", (client, expected) =>
  expect(connected(client, "STRICT", false)).toEqual(expected),
);

test("a DestinationRule whose port entry has lost its TLS still says what endpoints take", () => {
  const rule = (mode: string, more: object = {}) =>
    anObject("DestinationRule", "shop/tls", {
      host: "reviews",
      trafficPolicy: {
        tls: { mode },
        portLevelSettings: [
          { port: { number: 9080 }, loadBalancer: { simple: "RANDOM" }, ...more },
        ],
      },
    });
  const transportOf = (...objects: readonly KubeObject[]) => {
    const { action } = decided(shop(...objects));
    if (action.type !== "forward") throw new Error("not forwarded");
    return action.connect(action.endpoints[0]!).transport;
  };
  expect(transportOf()).toBe("mutual_tls");
  expect(transportOf(rule("DISABLE"))).toBe("plain");
  expect(transportOf(rule("ISTIO_MUTUAL"))).toBe("mutual_tls");
  expect(transportOf(rule("DISABLE", { tls: { mode: "ISTIO_MUTUAL" } }))).toBe("mutual_tls");
});

test("of a headless service all endpoints take mutual TLS, or none is sent it", () => {
  const transports = (...sidecars: readonly boolean[]) => {
    const pods = sidecars.map((sidecar, index) =>
      aPod(`shop/db-v${index}`, { ip: `10.0.2.${index + 1}`, sidecar }),
    );
    const service = anObject("Service", "shop/db", {
      clusterIP: "None",
      selector: { app: "db" },
      ports: [{ name: "http", port: 9080, targetPort: 9080, protocol: "TCP" }],
    });
    const { action } = decided(shop(service, ...pods, aSlice("shop/db", pods)), {
      authority: "db:9080",
      address: "10.0.2.1",
    });
    if (action.type !== "forward") throw new Error("not forwarded");
    return action.endpoints.map((endpoint) => action.connect(endpoint).transport);
  };
  expect(transports(true, true)).toEqual(["mutual_tls"]);
  expect(transports(true, false)).toEqual(["plain"]);
});
