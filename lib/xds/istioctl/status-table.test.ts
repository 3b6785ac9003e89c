import { expect, test } from "vitest";
import { instant } from "@/lib/base/units";
import { readSyncz } from "../sync-status";
import { humanDuration } from "./human-duration";
import { statusJson, statusTable, verboseStatusTable } from "./status-table";

const NOW = instant(Date.parse("2026-12-01T12:00:00Z"));
const URL = "type.googleapis.com/";
const sent = (nonce: string, acked = nonce, lastError?: string) => ({
  sent: nonce,
  acked,
  sentTime: "2026-12-01T11:55:00Z",
  ...(lastError !== undefined && { lastError }),
});

const read = (answer: unknown) => readSyncz(answer, "istiod-1")?.proxies ?? [];

const TODAY = read([
  {
    proxy: "b.shop",
    cluster_id: "east",
    istio_version: "1.30.1",
    resources: {
      [`${URL}envoy.config.cluster.v3.Cluster`]: sent("n2", "n1"),
      [`${URL}envoy.config.listener.v3.Listener`]: sent("n2", "n1", "no such filter"),
      [`${URL}envoy.config.route.v3.RouteConfiguration`]: {},
      [`${URL}istio.networking.nds.v1.NameTable`]: sent("n"),
      [`${URL}envoy.config.core.v3.TypedExtensionConfig`]: sent("n"),
      [`${URL}new.kind.Thing`]: sent("n"),
    },
  },
  { proxy: "a.shop", resources: {} },
]);

test("what a proxy asks for is counted and named, core types first", () => {
  expect(statusTable(TODAY)).toEqual({
    columns: ["NAME", "CLUSTER", "ISTIOD", "VERSION", "SUBSCRIBED TYPES"],
    rows: [
      ["a.shop", "", "istiod-1", "unknown", "0"],
      [
        ...["b.shop", "east", "istiod-1", "1.30.1"],
        "6 (CDS,LDS,RDS,ECDS,NDS,type.googleapis.com/new.kind.Thing)",
      ],
    ],
  });
});

test("states in istioctl's words, with how long ago they were sent", () => {
  const { columns, rows } = verboseStatusTable(TODAY, NOW);
  const row = rows[1] ?? [];
  expect(Object.fromEntries(columns.map((name, index) => [name, row[index]]))).toEqual({
    NAME: "b.shop",
    CLUSTER: "east",
    CDS: "STALE (5m)",
    ECDS: "SYNCED (5m)",
    EDS: "IGNORED",
    LDS: "ERROR (5m)",
    RDS: "NOT SENT",
    NDS: "SYNCED (5m)",
    "type.googleapis.com/new.kind.Thing": "SYNCED (5m)",
    ISTIOD: "istiod-1",
    VERSION: "1.30.1",
  });
});

test("an istiod of the older shape tells the same without times", () => {
  const old = read([
    {
      proxy: "a.shop",
      cluster_sent: "1",
      cluster_acked: "1",
      listener_sent: "2",
      listener_acked: "1",
    },
  ]);
  expect(verboseStatusTable(old, NOW).rows[0]).toEqual([
    "a.shop",
    "",
    "SYNCED",
    "IGNORED",
    "NOT SENT",
    "STALE",
    "NOT SENT",
    "istiod-1",
    "unknown",
  ]);
});

test("JSON keeps the states of all types and Envoy's words", () => {
  expect(statusJson(TODAY)).toMatchObject([
    { name: "a.shop", subscribedTypes: [], errors: {} },
    {
      name: "b.shop",
      status: { CDS: "STALE", LDS: "ERROR", EDS: "IGNORED", RDS: "NOT SENT", ECDS: "SYNCED" },
      errors: { LDS: "no such filter" },
    },
  ]);
});

test.each([
  [-5, "<invalid>"],
  [119, "119s"],
  [120, "2m"],
  [599, "9m59s"],
  [3599, "59m"],
  [3 * 3600 + 120, "3h2m"],
  [30 * 3600, "30h"],
  [50 * 3600, "2d2h"],
  [9 * 86_400, "9d"],
  [800 * 86_400, "2y70d"],
  [4000 * 86_400, "10y"],
])("%d s are %s", (seconds, text) => {
  expect(humanDuration(seconds * 1000)).toBe(text);
});
