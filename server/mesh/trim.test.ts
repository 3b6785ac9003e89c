import { expect, test } from "vitest";
import type { KubeObject } from "@/lib/k8s/object";
import { trimmed } from "./trim";

const managedFields = [{ manager: "m", operation: "Update", apiVersion: "v1" }] as const;

test("objects of the mesh keep who wrote them, and lose the copy of what kubectl applied", () => {
  const vs: KubeObject = {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: {
      name: "a",
      managedFields,
      annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{}", note: "kept" },
    },
    spec: { hosts: ["a"], unknown: { kept: true } },
  };
  expect(trimmed("VirtualService", vs)).toEqual({
    ...vs,
    metadata: { name: "a", managedFields, annotations: { note: "kept" } },
  });
});

test("pods keep containers, ports and states; environment and volumes go", () => {
  const pod: KubeObject = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "a", managedFields, labels: { app: "a" } },
    spec: {
      nodeName: "n",
      volumes: [{ name: "token" }],
      containers: [
        { name: "c", image: "i", ports: [{ containerPort: 1 }], env: [{ name: "KEY" }] },
      ],
      initContainers: [{ name: "istio-proxy", restartPolicy: "Always", volumeMounts: [{}] }],
    },
    status: { podIP: "10.0.0.1" },
  };
  expect(trimmed("Pod", pod)).toEqual({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "a", labels: { app: "a" } },
    spec: {
      nodeName: "n",
      containers: [{ name: "c", image: "i", ports: [{ containerPort: 1 }] }],
      initContainers: [{ name: "istio-proxy", restartPolicy: "Always" }],
    },
    status: { podIP: "10.0.0.1" },
  });
});

test.each<[string, KubeObject["metadata"], boolean]>([
  ["the mesh config", { name: "istio" }, true],
  ["the mesh config of a revision", { name: "istio-1-30" }, true],
  ["a rollout", { name: "r", labels: { "quarterdeck.dev/rollout": "r" } }, true],
  [
    "what we manage",
    { name: "x", labels: { "app.kubernetes.io/managed-by": "quarterdeck" } },
    true,
  ],
  ["somebody's settings", { name: "settings", labels: { app: "not-quarterdeck-at-all" } }, false],
])("%s: data of a ConfigMap is kept only where the product reads it", (_name, metadata, kept) => {
  const map: KubeObject = { apiVersion: "v1", kind: "ConfigMap", metadata, data: { key: "value" } };
  expect("data" in trimmed("ConfigMap", map)).toBe(kept);
});

test("schemas stay for kinds of the mesh alone", () => {
  const definition = (name: string): KubeObject => ({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name },
    spec: { group: "g", versions: [{ name: "v1" }] },
  });
  const ours = definition("virtualservices.networking.istio.io");
  expect(trimmed("CustomResourceDefinition", ours)).toEqual(ours);
  expect(trimmed("CustomResourceDefinition", definition("cars.example.com")).spec).toEqual({
    group: "g",
  });
});

test("what is malformed passes without harm", () => {
  const odd = { apiVersion: "v1", kind: "Pod", metadata: { name: "a" }, spec: null } as KubeObject;
  expect(trimmed("Pod", odd)).toEqual(odd);
});
