import { expect, test } from "vitest";
import type { KubeObject } from "@/lib/k8s/object";
import { peerAuthentications } from "./peer-authentications";
import { anObject, aMesh } from "./testing";

const policy = (key: string, mode: string | undefined, more: object = {}) =>
  anObject("PeerAuthentication", key, { ...(mode && { mtls: { mode } }), ...more });
const ofReviews = { selector: { matchLabels: { app: "reviews" } } };

const decide = (...objects: readonly KubeObject[]) => {
  const { mode, path, object } = aMesh(...objects)
    .derive(peerAuthentications)
    .decide({ namespace: "shop", labels: { app: "reviews" } }, 9080);
  return [mode, object?.metadata.name, path];
};

test.each([
  ["nothing is permissive", [], ["PERMISSIVE", undefined, undefined]],
  [
    "the root namespace goes for all",
    [policy("istio-system/root", "STRICT")],
    ["STRICT", "root", "spec.mtls.mode"],
  ],
  [
    "a namespace goes before the root",
    [policy("istio-system/root", "STRICT"), policy("shop/ns", "DISABLE")],
    ["DISABLE", "ns", "spec.mtls.mode"],
  ],
  [
    "UNSET passes on",
    [
      policy("istio-system/root", "STRICT"),
      policy("shop/ns", "UNSET"),
      policy("shop/w", undefined, ofReviews),
    ],
    ["STRICT", "root", "spec.mtls.mode"],
  ],
  [
    "the oldest of a level counts",
    [policy("shop/b", "STRICT"), policy("shop/a", "DISABLE")],
    ["STRICT", "b", "spec.mtls.mode"],
  ],
  [
    "a workload's port goes before the workload",
    [policy("shop/w", "STRICT", { ...ofReviews, portLevelMtls: { "9080": { mode: "DISABLE" } } })],
    ["DISABLE", "w", "spec.portLevelMtls[9080].mode"],
  ],
  [
    "ports of a policy without selector are not read",
    [policy("shop/ns", "STRICT", { portLevelMtls: { "9080": { mode: "DISABLE" } } })],
    ["STRICT", "ns", "spec.mtls.mode"],
  ],
  [
    "a selector in the root namespace does not reach others",
    [policy("istio-system/w", "STRICT", ofReviews)],
    ["PERMISSIVE", undefined, undefined],
  ],
] as const)("%s", (_, objects, expected) => expect(decide(...objects)).toEqual(expected));
