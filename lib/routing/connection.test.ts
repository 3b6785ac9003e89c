import { expect, test } from "vitest";
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
