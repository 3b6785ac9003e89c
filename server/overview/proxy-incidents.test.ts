import { describe, expect, it } from "vitest";
import { instant } from "@/lib/base/units";
import { aMesh, anObject } from "@/lib/mesh/testing";
import type { ProxySync, TypeSync } from "@/lib/xds/sync-status";
import { proxyIncidents } from "./proxy-incidents";

const NOW = instant(Date.parse("2026-11-21T14:00:00Z"));
const synced: TypeSync = { state: "synced", sentAt: undefined, sent: "1", error: undefined };
const proxy = (pod: string, types: Partial<ProxySync["types"]>): ProxySync => ({
  id: `${pod}.shop`,
  pod,
  namespace: "shop",
  cluster: "Kubernetes",
  type: "sidecar",
  version: "1.30.1",
  istiod: "istiod-a",
  others: {},
  types: { CDS: synced, LDS: synced, EDS: synced, RDS: synced, ECDS: synced, ...types },
});
const stale = (agoMs: number): TypeSync => ({
  ...synced,
  state: "stale",
  sentAt: instant(NOW - agoMs),
});
const refused: TypeSync = {
  ...synced,
  state: "refused",
  error: "local rate limit token bucket fill timer must be >= 50ms",
};

const MESH = aMesh(
  anObject("EnvoyFilter", "shop/limits", {
    configPatches: [{ applyTo: "HTTP_FILTER", patch: { value: { name: "local" } } }],
  }),
);

describe("proxyIncidents", () => {
  it("says nothing of proxies in order, or of a push that is under way", () => {
    expect(proxyIncidents(MESH, [proxy("a", {}), proxy("b", { RDS: stale(1_000) })], NOW)).toEqual(
      [],
    );
  });

  it("gathers proxies by cause, with Envoy's own words", () => {
    const found = proxyIncidents(
      MESH,
      [
        proxy("ads-1", { LDS: refused }),
        proxy("ads-2", { LDS: refused }),
        proxy("rec-1", { RDS: stale(240_000) }),
      ],
      NOW,
    );
    expect(found).toMatchObject([
      {
        status: "fail",
        title: "2 proxies refuse their listeners",
        weight: 2,
        target: { page: "proxies" },
      },
      {
        status: "warn",
        title: "1 proxy has not acknowledged routes",
        since: NOW - 240_000,
        actions: [
          {
            label: "Show what rec-1 holds",
            target: { page: "proxies", proxy: { namespace: "shop", name: "rec-1" } },
          },
        ],
      },
    ]);
    expect(found[0]?.cause).toContain(
      "ads-1.shop, ads-2.shop. Envoy: “local rate limit token bucket fill timer must be >= 50ms” It comes from EnvoyFilter shop/limits.",
    );
    expect(found[0]?.actions[1]).toEqual({
      label: "Open EnvoyFilter limits",
      target: { page: "config", ref: { kind: "EnvoyFilter", namespace: "shop", name: "limits" } },
    });
  });
});
