import { describe, expect, test } from "vitest";
import { instant } from "@/lib/base/units";
import { aMesh, anObject, aPod } from "@/lib/mesh/testing";
import type { ProxySync, TypeSync } from "../sync-status";
import type { XdsType } from "../xds-type";
import { causeKey, whyNotConnected, whySynced } from "./why";

const NOW = instant(1_000_000);
const SYNCED: TypeSync = { state: "synced", sentAt: undefined, sent: "1", error: undefined };

const refusing = (type: XdsType, error: string, namespace = "shop"): ProxySync => ({
  ...{ id: `web-v1.${namespace}`, pod: "web-v1", namespace, cluster: "", istiod: "istiod-1" },
  ...{ type: "sidecar", version: "1.30.1", others: {} },
  types: {
    ...{ CDS: SYNCED, LDS: SYNCED, EDS: SYNCED, RDS: SYNCED, ECDS: SYNCED },
    [type]: { ...SYNCED, state: "refused", error },
  },
});

const lua = (key: string, script: string, labels?: object) =>
  anObject("EnvoyFilter", key, {
    ...(labels && { workloadSelector: { labels } }),
    configPatches: [
      { applyTo: "CLUSTER", patch: { value: {} } },
      {
        applyTo: "HTTP_FILTER",
        match: { context: "SIDECAR_INBOUND" },
        patch: { value: { typed_config: { default_source_code: { inline_string: script } } } },
      },
    ],
  });
const LUA = (script: string) =>
  `Error adding/updating listener(s) virtualInbound: script load error: [string "${script}"]:1: x\n`;

const POD = aPod("shop/web-v1", { ip: "10.0.0.1" });

describe("a refusal is traced", () => {
  test("to the patch whose script Envoy quotes, among several that reach the proxy", () => {
    const mesh = aMesh(
      POD,
      lua("shop/good", "return 1 -- something else"),
      lua("istio-system/bad", "this is not lua"),
      lua("bank/elsewhere", "this is not lua"),
      lua("shop/unselected", "this is not lua", { app: "other" }),
    );
    const why = whySynced(mesh, refusing("LDS", LUA("this is not lua")), { now: NOW });
    expect(why).toMatchObject({
      code: "lua-script",
      title: "Listeners refused: a Lua script does not load",
      resource: "virtualInbound",
      culprit: {
        object: { kind: "EnvoyFilter", namespace: "istio-system", name: "bad" },
        path: "spec.configPatches[1]",
        isNamed: true,
      },
    });
    expect(causeKey(why)).toContain("by EnvoyFilter istio-system/bad");
  });

  test("to the only patch that could have done it, and to none where there are two", () => {
    const error = "Error adding/updating listener(s) virtualInbound: terminal filter x\n";
    const one = whySynced(aMesh(POD, lua("shop/a", "x = 1")), refusing("LDS", error), { now: NOW });
    expect(one.culprit).toMatchObject({ object: { name: "a" }, isNamed: false });
    const two = aMesh(POD, lua("shop/a", "x = 1"), lua("shop/b", "x = 1"));
    expect(whySynced(two, refusing("LDS", error), { now: NOW }).culprit).toBeUndefined();
  });

  test("to the cluster's patch only where it names the refused service", () => {
    const patch = (key: string, service: string) =>
      anObject("EnvoyFilter", key, {
        configPatches: [
          {
            applyTo: "CLUSTER",
            match: { cluster: { service } },
            patch: { value: { type: "STATIC" } },
          },
        ],
      });
    const mesh = aMesh(POD, patch("shop/a", "a.svc"), patch("shop/b", "b.svc"));
    const error =
      "Error adding/updating cluster(s) outbound|80||b.svc: eds_cluster_config set in a non-EDS cluster";
    expect(whySynced(mesh, refusing("CDS", error), { now: NOW }).culprit?.object.name).toBe("b");
  });

  test("to the route whose expression Envoy quotes", () => {
    const mesh = aMesh(
      POD,
      anObject("VirtualService", "shop/good", { http: [{ match: [{ uri: { regex: "/a.*" } }] }] }),
      anObject("VirtualService", "shop/bad", {
        http: [{ match: [{ uri: { exact: "/" } }, { uri: { regex: "/(unclosed" } }] }],
      }),
    );
    expect(
      whySynced(mesh, refusing("RDS", "missing ): /(unclosed"), { now: NOW }).culprit,
    ).toMatchObject({
      object: { kind: "VirtualService", name: "bad" },
      path: "spec.http[0].match[1].uri.regex",
    });
  });

  test("to an endpoint by its address, a plugin by its name, a gateway by its port", () => {
    const mesh = aMesh(
      POD,
      anObject("WorkloadEntry", "shop/vm", { address: "10.0.0.300" }),
      anObject("WasmPlugin", "shop/limiter", { url: "oci://x" }),
      anObject("Gateway", "shop/edge", { servers: [{ port: { number: 8443 } }] }),
    );
    const culprit = (type: XdsType, text: string) =>
      whySynced(mesh, refusing(type, text), { now: NOW }).culprit?.object.name;
    expect(culprit("EDS", "malformed IP address: 10.0.0.300. Consider")).toBe("vm");
    expect(culprit("ECDS", "shop.limiter: Wasm code failed")).toBe("limiter");
    expect(
      culprit("LDS", "Error adding/updating listener(s) 0.0.0.0_8443: cannot bind '0.0.0.0:8443'"),
    ).toBe("edge");
  });
});

test("a pod that goes away, or is not ready, is told apart from one that is lost", () => {
  const named = { namespace: "shop", name: "web-v1" };
  const withStatus = (status: object, metadata: object = {}) =>
    aMesh({ ...POD, metadata: { ...POD.metadata, ...metadata }, status });
  const ready = [{ type: "Ready", status: "True" }];
  const not = [{ type: "Ready", status: "False", reason: "ContainersNotReady", message: "app" }];
  expect(whyNotConnected(withStatus({ conditions: ready }), named).code).toBe("not-connected");
  expect(whyNotConnected(withStatus({ conditions: not }), named)).toMatchObject({
    code: "not-connected-and-not-ready",
    evidence: "ContainersNotReady: app",
  });
  const leaving = withStatus({ conditions: ready }, { deletionTimestamp: "2026-01-01T00:00:00Z" });
  expect(whyNotConnected(leaving, named).code).toBe("leaving");
});
