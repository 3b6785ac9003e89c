import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { instant } from "@/lib/base/units";
import { mergeSyncs, type ProxySync, readSyncz, type SyncReading } from "./sync-status";
import { XDS_TYPES } from "./xds-type";

const CLUSTER = "type.googleapis.com/envoy.config.cluster.v3.Cluster";
const LISTENER = "type.googleapis.com/envoy.config.listener.v3.Listener";
const ENDPOINT = "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment";
const ROUTE = "type.googleapis.com/envoy.config.route.v3.RouteConfiguration";

const read = (answer: unknown, istiod = "istiod-1"): SyncReading => {
  const reading = readSyncz(answer, istiod);
  if (!reading) throw new Error("no list");
  return reading;
};
const states = ({ types }: ProxySync) =>
  Object.fromEntries(XDS_TYPES.map((type) => [type, types[type].state]));

describe("readSyncz, today's shape", () => {
  const today = [
    {
      cluster_id: "Kubernetes",
      proxy: "reviews-v1-abc.shop",
      proxy_type: "sidecar",
      istio_version: "1.30.1",
      // The old fields stand beside the map; the map knows more.
      listener_sent: "v1/2-b",
      listener_acked: "v1/1-a",
      resources: {
        [CLUSTER]: { sent: "v1/2-x", acked: "v1/2-x", sentTime: "2026-11-21T06:21:25.002155809Z" },
        [LISTENER]: { sent: "v1/2-b", acked: "v1/1-a", lastError: "listener broken\n" },
        [ENDPOINT]: { sent: "v1/2-y", acked: "v1/1-y", sentTime: "2026-11-21T06:21:26Z" },
        [ROUTE]: {},
        "type.googleapis.com/istio.networking.nds.v1.NameTable": { sent: "n" },
      },
    },
  ];

  test("gives each type the state that istioctl would", () => {
    const [proxy] = read(today).proxies;
    expect(states(proxy!)).toEqual({
      CDS: "synced",
      LDS: "refused",
      EDS: "stale",
      RDS: "not-sent",
      ECDS: "ignored",
    });
    expect(proxy).toMatchObject({
      id: "reviews-v1-abc.shop",
      pod: "reviews-v1-abc",
      namespace: "shop",
      cluster: "Kubernetes",
      type: "sidecar",
      version: "1.30.1",
      istiod: "istiod-1",
    });
  });

  test("keeps times, nonces and Envoy's words", () => {
    const { types } = read(today).proxies[0]!;
    expect(types.CDS).toMatchObject({
      sentAt: instant(Date.parse("2026-11-21T06:21:25.002Z")),
      sent: "v1/2-x",
    });
    expect(types.LDS).toMatchObject({ error: "listener broken\n", sentAt: undefined });
  });

  test("a version that istiod does not know is none, and so is Go's zero time", () => {
    const [proxy] = read([
      {
        proxy: "a.b",
        istio_version: "unknown",
        resources: { [CLUSTER]: { sent: "x", acked: "x", sentTime: "0001-01-01T00:00:00Z" } },
      },
    ]).proxies;
    expect(proxy?.version).toBeUndefined();
    expect(proxy?.types.CDS.sentAt).toBeUndefined();
  });

  test("the first dot from the right parts the pod from its namespace", () => {
    const [proxy] = read([{ proxy: "web.blue-0.shop", resources: {} }]).proxies;
    expect([proxy?.pod, proxy?.namespace]).toEqual(["web.blue-0", "shop"]);
  });
});

describe("readSyncz, the older shape", () => {
  test("tells synced, stale and not sent apart by the nonces alone", () => {
    const [proxy] = read([
      {
        proxy: "a.shop",
        cluster_sent: "1",
        cluster_acked: "1",
        listener_sent: "2",
        listener_acked: "1",
        route_sent: "",
        endpoint_sent: "4",
      },
    ]).proxies;
    expect(states(proxy!)).toEqual({
      CDS: "synced",
      LDS: "stale",
      EDS: "stale",
      RDS: "not-sent",
      ECDS: "ignored",
    });
  });
});

describe("readSyncz, bad input", () => {
  test("an empty list of Go is null; anything but a list is no answer", () => {
    expect(read(null)).toEqual({ proxies: [], unreadable: 0 });
    expect(readSyncz({ error: "no" }, "istiod-1")).toBeUndefined();
    expect(readSyncz("page not found", "istiod-1")).toBeUndefined();
  });

  test("an entry that cannot be read is counted, and the others are kept", () => {
    const broken = [
      { proxy: "a.b", cluster_id: 1 },
      { proxy: "a.b", route_sent: {} },
      { proxy: "a.b", resources: [] },
      { proxy: "a.b", resources: { [CLUSTER]: "synced" } },
      { proxy: "a.b", resources: { [CLUSTER]: { sent: 1 } } },
    ];
    const reading = read([{ proxy: 7 }, { proxy: "a.b" }, "?", ...broken]);
    expect(reading.proxies.map(({ id }) => id)).toEqual(["a.b"]);
    expect(reading.unreadable).toBe(2 + broken.length);
  });

  test("never throws, whatever comes", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (answer) => {
        const reading = readSyncz(answer, "istiod-1");
        expect(reading === undefined || Array.isArray(reading.proxies)).toBe(true);
      }),
    );
  });
});

describe("mergeSyncs", () => {
  const seen = (istiod: string, sentTime: string) =>
    read([{ proxy: "a.b", resources: { [CLUSTER]: { sent: "x", sentTime } } }], istiod).proxies;

  test("of a proxy that two istiods list, the one that sent last is right", () => {
    const [old, fresh] = [
      seen("istiod-1", "2026-01-01T00:00:00Z"),
      seen("istiod-2", "2026-01-01T00:00:09Z"),
    ];
    expect(mergeSyncs([old, fresh]).map(({ istiod }) => istiod)).toEqual(["istiod-2"]);
    expect(mergeSyncs([fresh, old]).map(({ istiod }) => istiod)).toEqual(["istiod-2"]);
  });

  test("proxies of one name in two clusters are two, in the order of their names", () => {
    const entries = read([
      { proxy: "b.shop", cluster_id: "east" },
      { proxy: "b.shop", cluster_id: "west" },
      { proxy: "z.bank", cluster_id: "east" },
      { proxy: "a.shop", cluster_id: "east" },
    ]).proxies;
    expect(mergeSyncs([entries]).map(({ id, cluster }) => `${id} ${cluster}`)).toEqual([
      "z.bank east",
      "a.shop east",
      "b.shop east",
      "b.shop west",
    ]);
  });
});
