import { expect, test } from "vitest";
import { meshConfig, meshConfigFaults } from "./mesh-config";
import { aMesh } from "./testing";

const meshWith = (mesh: string) =>
  aMesh({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "istio", namespace: "istio-system" },
    data: { mesh },
  });

test.each([
  ["enableAutoMtls: 'no'", "enableAutoMtls must be true or false.", 1],
  ["trustDomain: a\ntrustDomainAliases: b", "trustDomainAliases must be a list of texts.", 2],
  ["trustDomainAliases: [1]", "trustDomainAliases must be a list of texts.", 1],
  ["extensionProviders: {}", "extensionProviders must be a list of objects with a name.", 1],
  ["extensionProviders: [null]", "extensionProviders must be a list of objects with a name.", 1],
  ["rootNamespace: 5", "rootNamespace must be a text.", 1],
  ["defaultHttpRetryPolicy: 2", "defaultHttpRetryPolicy must be an object.", 1],
  ["accessLogEncoding: XML", "accessLogEncoding must be TEXT or JSON.", 1],
  ["localityLbSetting: { failover: [a] }", /^localityLbSetting must be an object with lists/, 1],
  ["outboundTrafficPolicy: { mode: NONE }", /^outboundTrafficPolicy must be .* REGISTRY_ONLY/, 1],
  ["a: [1", /sequence/, 1],
  ["- a", "It must be an object.", 1],
])("%s is told, with its line, and Istio's default stands for it", (text, message, line) => {
  const faults = meshConfigFaults(text);
  expect(faults.map((fault) => fault.message)).toEqual([expect.stringMatching(message)]);
  expect(faults[0]?.range?.line).toBe(line);
  const defaults = aMesh().derive(meshConfig);
  expect(meshWith(text).derive(meshConfig)).toEqual({
    ...defaults,
    ...(text.startsWith("trustDomain: a") && { trustDomain: "a" }),
  });
});

test("settings of other releases, null and what is fine are no faults", () => {
  for (const text of ["", "soon: {}", "trustDomain: null", "localityLbSetting: { enabled: false }"])
    expect(meshConfigFaults(text)).toEqual([]);
});
