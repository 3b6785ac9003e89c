import { describe, expect, test } from "vitest";
import type { KubeObject } from "@/lib/k8s/object";
import { meshView } from "@/lib/mesh/view";
import { meshRevisions, meshWebhooks } from "./mesh-webhooks";

const istiod = (revision: string, ready = true): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name: `istiod-${revision}`,
    namespace: "istio-system",
    labels: { app: "istiod", "istio.io/rev": revision },
  },
  status: { conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
});

const service: KubeObject = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "istiod", namespace: "istio-system" },
  spec: { selector: { app: "istiod" } },
};

const injector = (
  name: string,
  labels: Readonly<Record<string, string>>,
  webhook: Readonly<Record<string, unknown>> = {},
): KubeObject => ({
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "MutatingWebhookConfiguration",
  metadata: { name, labels },
  webhooks: [
    {
      name: "rev.namespace.sidecar-injector.istio.io",
      clientConfig: { service: { name: "istiod", namespace: "istio-system" } },
      ...webhook,
    },
  ],
});

const namespace = (name: string, labels: Readonly<Record<string, string>>): KubeObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels },
});

describe("meshWebhooks", () => {
  test.each([
    ["a ready istiod", [service, istiod("a")], true],
    ["an istiod that is not ready", [service, istiod("a", false)], false],
    ["no Service", [istiod("a")], false],
  ])("behind it %s", (_name, objects, reachable) => {
    const [webhook] = meshWebhooks(meshView([...objects, injector("x", {})]));
    expect(webhook).toMatchObject({
      ...{ reachable, kind: "injects", failurePolicy: "Fail", caEnds: null },
      asks: "istio-system/istiod:443",
    });
  });

  test("one that is asked by URL says nothing of pods; a CA that is none is told", () => {
    const clientConfig = { url: "https://istiod.example/inject", caBundle: "bm8=" };
    const object = injector("x", {}, { clientConfig, failurePolicy: "Ignore" });
    expect(meshWebhooks(meshView([object]))).toMatchObject([
      { reachable: undefined, caEnds: "unreadable", failurePolicy: "Ignore" },
    ]);
  });

  test("those of other products are left out", () => {
    expect(meshWebhooks(meshView([injector("x", {}, { name: "inject.linkerd.io" })]))).toEqual([]);
  });
});

test("revisions and tags with the namespaces that follow them", () => {
  const mesh = meshView([
    istiod("1-30"),
    istiod("1-29"),
    injector("a", { "istio.io/rev": "1-30" }),
    injector("b", { "istio.io/rev": "1-30", "istio.io/tag": "prod" }),
    injector("c", { "istio.io/rev": "1-29", "istio.io/tag": "default" }),
    namespace("shop", { "istio.io/rev": "prod" }),
    namespace("bank", { "istio.io/rev": "1-30" }),
    namespace("old", { "istio-injection": "enabled" }),
    // Injection's own label goes before the revision.
    namespace("off", { "istio-injection": "disabled", "istio.io/rev": "prod" }),
  ]);
  expect(meshRevisions(mesh)).toEqual([
    { name: "1-29", tagOf: undefined, istiods: 1, namespaces: [] },
    { name: "1-30", tagOf: undefined, istiods: 1, namespaces: ["bank"] },
    { name: "default", tagOf: "1-29", istiods: 1, namespaces: ["old"] },
    { name: "prod", tagOf: "1-30", istiods: 1, namespaces: ["shop"] },
  ]);
});
