import { expect, it } from "vitest";
import { registry } from "@/lib/mesh/registry";
import { aMesh, aPod, aService } from "@/lib/mesh/testing";
import { type TunnelLogEntry, tunnelLogLine } from "./ztunnel-log";

const client = aPod("shop/web-v1", { ip: "10.0.0.9", sidecar: false });
const pod = aPod("shop/cart-v1", { ip: "10.0.0.1", sidecar: false });
const [service] = aMesh(aService("shop/cart")).derive(registry).services;
const entry: TunnelLogEntry = {
  reporter: "source",
  client,
  server: {
    address: "10.0.0.1",
    port: 9080,
    ready: true,
    pod,
    labels: {},
    namespace: "shop",
    serviceAccount: "cart",
    tlsMode: "disabled",
  },
  service,
  mutualTls: true,
  flag: "-",
  endedAt: Date.UTC(2026, 0, 1),
  durationMs: 12.6,
  sentBytes: 381,
  receivedBytes: 84,
  trustDomain: "cluster.local",
  clientPort: 40_000,
};
const PEERS =
  'src.addr=10.0.0.9:40000 src.workload="web-v1" src.namespace="shop" src.identity="spiffe://cluster.local/ns/shop/sa/web" ' +
  'dst.addr=10.0.0.1:15008 dst.hbone_addr=10.0.0.1:9080 dst.service="cart.shop.svc.cluster.local" ' +
  'dst.workload="cart-v1" dst.namespace="shop" dst.identity="spiffe://cluster.local/ns/shop/sa/cart"';

it("is written at the client's end and at the server's, bytes seen from each", () => {
  expect(tunnelLogLine(entry)).toBe(
    `2026-01-01T00:00:00.000Z\tinfo\taccess\tconnection complete\t${PEERS} direction="outbound" bytes_sent=84 bytes_recv=381 duration="13ms"`,
  );
  expect(tunnelLogLine({ ...entry, reporter: "destination" })).toContain(
    'direction="inbound" bytes_sent=381 bytes_recv=84',
  );
});

it("tells no identities of plain text", () => {
  const line = tunnelLogLine({ ...entry, mutualTls: false });
  expect(line).toContain("dst.addr=10.0.0.1:9080 dst.service");
  expect(line).not.toContain("identity");
});

it("tells why a connection failed", () => {
  const line = tunnelLogLine({ ...entry, reporter: "destination", flag: "DENY" });
  expect(line).toContain("\terror\taccess\tconnection failed\t");
  expect(line).toContain('error="connection closed due to policy rejection"');
});
