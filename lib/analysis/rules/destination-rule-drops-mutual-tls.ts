import { resolveHost, serviceOfFqdn } from "@/lib/istio/host";
import { meshConfig } from "@/lib/mesh/mesh-config";
import {
  breadthOf,
  isMutual,
  MESH,
  modeName,
  relatedModes,
  tlsMode,
  wideRules,
} from "../facts/mutual-tls";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "destination-rule-drops-mutual-tls",
  code: "KIA0204",
  aliases: [],
  level: "Warning",
  kinds: ["DestinationRule"],
  reads: ["DestinationRule", "ConfigMap"],
  title: "A DestinationRule without TLS settings replaces one that asks for mutual TLS",
  why: "For each service only the DestinationRule with the narrowest host counts, and nothing is inherited. With enableAutoMtls off its clients fall back to plain text.",
  fix: "Repeat the TLS settings in the narrower DestinationRule.",
  examples: {
    bad: `
apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data: { mesh: "enableAutoMtls: false" }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: default, namespace: istio-system }
spec: { host: "*.local", trafficPolicy: { tls: { mode: ISTIO_MUTUAL } } }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec: { host: reviews, trafficPolicy: { outlierDetection: { consecutive5xxErrors: 5 } } }`,
    good: `
apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data: { mesh: "enableAutoMtls: false" }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: default, namespace: istio-system }
spec: { host: "*.local", trafficPolicy: { tls: { mode: ISTIO_MUTUAL } } }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec: { host: reviews, trafficPolicy: { tls: { mode: ISTIO_MUTUAL } } }`,
  },

  *check({ fields, namespace, object }, mesh) {
    const spec = fields.at("spec");
    const host = spec.at("host");
    const breadth = breadthOf(host.text);
    if (host.text === undefined || breadth === MESH || tlsMode(spec).exists) return;
    const home = breadth ?? serviceOfFqdn(resolveHost(host.text, namespace))?.namespace;
    if (home === undefined) return;
    const wider = [
      ...(breadth === undefined ? wideRules(mesh, home) : []),
      ...wideRules(mesh, MESH),
    ];
    const replaced = wider.find((one) => isMutual(one.mode) && one.object !== object);
    if (!replaced) return;
    // What istiod adds by itself keeps the traffic encrypted; Kiali warns all the same.
    const auto = mesh.derive(meshConfig).enableAutoMtls;
    yield {
      path: spec.at("trafficPolicy").exists ? spec.at("trafficPolicy").path : host.path,
      message:
        `This replaces ${modeName(replaced)} and its TLS mode ${replaced.mode}; ` +
        (auto ? "automatic mutual TLS decides instead." : "clients send plain text."),
      ...(auto && { level: "Info" }),
      related: relatedModes([replaced]),
    };
  },
});
