import { expect, it } from "vitest";
import { AppError } from "@/lib/base/errors";
import type { KubeObject } from "@/lib/k8s/object";
import type { Cluster } from "../ports";
import { findPrometheus } from "./find-prometheus";

const pod = (path: string, labels: Record<string, string>, ready = "True"): KubeObject => {
  const [namespace = "", name = ""] = path.split("/");
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace, name, labels },
    status: { conditions: [{ type: "Ready", status: ready }] },
  };
};

function clusterOf(pods: readonly KubeObject[] | AppError) {
  const asked: string[] = [];
  const cluster = {
    list: (_kind: string, { labelSelector = "" }: { labelSelector?: string }) => {
      if (pods instanceof AppError) return Promise.reject(pods);
      const [key = "", value] = labelSelector.split("=");
      const items = pods.filter(({ metadata }) => metadata.labels?.[key] === value);
      return Promise.resolve({ items, resourceVersion: "1", continue: undefined });
    },
    podRequest: (
      { namespace, name, port }: Record<string, unknown>,
      { path }: { path: string },
    ) => {
      asked.push(`${String(namespace)}/${String(name)}:${String(port)}${path}`);
      return Promise.resolve({ status: 200, body: "{}" });
    },
  } as unknown as Cluster;
  return { cluster, asked };
}

const NAMED = { "app.kubernetes.io/name": "prometheus" };

it("takes a ready pod, istio-system's before others, and asks it over the port-forward", async () => {
  const { cluster, asked } = clusterOf([
    pod("istio-system/a", NAMED, "False"),
    pod("monitoring/b", NAMED),
    pod("istio-system/c", NAMED),
    pod("aaa/d", { app: "prometheus" }),
  ]);
  const found = await findPrometheus(cluster);
  expect(found?.host).toBe("pod istio-system/c");
  await found?.post(
    "api/v1/query",
    { query: "up{a='b'}" },
    { signal: undefined, within: undefined },
  );
  expect(asked).toEqual(["istio-system/c:9090/api/v1/query?query=up%7Ba%3D%27b%27%7D"]);
});

it("finds nothing where nothing is, or where pods may not be listed", async () => {
  expect(await findPrometheus(clusterOf([pod("shop/cart", {})]).cluster)).toBeUndefined();
  const forbidden = new AppError("forbidden", "may not list pods");
  expect(await findPrometheus(clusterOf(forbidden).cluster)).toBeUndefined();
});
