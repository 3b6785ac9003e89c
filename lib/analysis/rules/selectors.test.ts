import { describe, expect, test } from "vitest";
import { reported } from "../testing";
import { rule as gateway } from "./gateway-selector-unmatched";
import { rule as policy } from "./policy-selector-unmatched";
import { rule as sidecar } from "./sidecar-selector-unmatched";

const POD =
  "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: shop, labels: {app: a, version: v1}}";
const DONE =
  "apiVersion: v1\nkind: Pod\nmetadata: {name: done, namespace: shop, labels: {app: job}}\nstatus: {phase: Succeeded}";
const SCALED =
  "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d, namespace: shop}\nspec: {replicas: 0, template: {metadata: {labels: {app: resting}}}}";
const VM =
  "apiVersion: networking.istio.io/v1\nkind: WorkloadEntry\nmetadata: {name: vm, namespace: shop}\nspec: {labels: {app: vm}}";
const WORLD = [POD, DONE, SCALED, VM];
const select = (kind: string, labels: string, namespace = "shop") =>
  `apiVersion: security.istio.io/v1\nkind: ${kind}\nmetadata: {name: x, namespace: ${namespace}}\nspec: {selector: {matchLabels: ${labels}}}`;

describe.each(["AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication"])(
  "%s",
  (kind) => {
    test.each([
      ["a running pod", "{app: a}", 0],
      ["all labels together", "{app: a, version: v2}", 1],
      ["a Deployment scaled to zero", "{app: resting}", 0],
      ["a virtual machine", "{app: vm}", 0],
      ["a finished job", "{app: job}", 1],
      ["an empty selector, which takes all", "{}", 0],
    ])("%s", (_, labels, count) => {
      expect(reported(policy, ...WORLD, select(kind, labels))).toHaveLength(count);
    });

    test("of another namespace does not reach the workload", () => {
      expect(reported(policy, ...WORLD, select(kind, "{app: a}", "other"))).toHaveLength(1);
    });
  },
);

test("in the root namespace policies reach every namespace, PeerAuthentications their own", () => {
  expect(reported(policy, POD, select("AuthorizationPolicy", "{app: a}", "istio-system"))).toEqual(
    [],
  );
  expect(
    reported(policy, POD, select("PeerAuthentication", "{app: a}", "istio-system")),
  ).toHaveLength(1);
  const root =
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: istio-system}\ndata: {mesh: "rootNamespace: root"}';
  expect(reported(policy, POD, root, select("AuthorizationPolicy", "{app: a}", "root"))).toEqual(
    [],
  );
});

test("a Gateway looks in all namespaces", () => {
  const gw = (selector: string) =>
    `apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: g, namespace: edge}\nspec: {selector: ${selector}}`;
  expect(reported(gateway, POD, gw("{app: a}"))).toEqual([]);
  expect(reported(gateway, POD, gw("{app: b}"))).toHaveLength(1);
  expect(reported(gateway, POD, gw("{}"))).toEqual([]);
});

test("a Sidecar looks in its own namespace, a Telemetry of the root namespace in all", () => {
  const sc = (labels: string, namespace: string) =>
    `apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: {name: s, namespace: ${namespace}}\nspec: {workloadSelector: {labels: ${labels}}}`;
  expect(reported(sidecar, POD, sc("{app: a}", "shop"))).toEqual([]);
  expect(reported(sidecar, POD, sc("{app: a}", "istio-system"))).toHaveLength(1);
  const tl = select("Telemetry", "{app: a}", "istio-system").replace("security", "telemetry");
  expect(reported(sidecar, POD, tl)).toEqual([]);
});
