import type { MeshView } from "@/lib/mesh/view";
import { meshConfig } from "@/lib/mesh/mesh-config";
import {
  isMutual,
  MESH,
  meshPeerMode,
  modeName,
  MUTUAL_TLS_KINDS,
  peerMode,
  peerModeOf,
  relatedModes,
  type WideMode,
  wideRules,
} from "../facts/mutual-tls";
import { selectorField } from "../facts/selectors";
import { workloads, WORKLOAD_KINDS } from "../facts/workloads";
import type { Field } from "../field";
import { defineRule, type Subject } from "../rule";

export const rule = defineRule({
  id: "authorization-needs-mutual-tls",
  code: "KIA0105",
  aliases: [],
  level: "Error",
  kinds: ["AuthorizationPolicy"],
  reads: [...MUTUAL_TLS_KINDS, ...WORKLOAD_KINDS],
  title: "An AuthorizationPolicy asks who the client is where mutual TLS is off",
  why: "A client's identity is that of its certificate. Without mutual TLS a request has none, so what asks for a principal, a namespace or the SNI never matches.",
  fix: "Let the workload take mutual TLS, or match what plain requests have, such as ipBlocks.",
  examples: {
    bad: `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: shop }
spec: { mtls: { mode: DISABLE } }
---
apiVersion: v1
kind: Pod
metadata: { name: reviews-1, namespace: shop, labels: { app: reviews } }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: reviews, namespace: shop }
spec: { selector: { matchLabels: { app: reviews } }, rules: [{ from: [{ source: { namespaces: [shop] } }] }] }`,
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
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: shop }
spec: { mtls: { mode: DISABLE } }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: reviews, namespace: shop }
spec: { selector: { matchLabels: { app: reviews } }, mtls: { mode: STRICT } }
---
apiVersion: v1
kind: Pod
metadata: { name: reviews-1, namespace: shop, labels: { app: reviews } }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: reviews, namespace: shop }
spec: { selector: { matchLabels: { app: reviews } }, rules: [{ from: [{ source: { namespaces: [shop] } }] }] }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: others, namespace: shop }
spec: { rules: [{ from: [{ source: { ipBlocks: [10.0.0.0/8] } }] }] }`,
  },

  *check(subject, mesh) {
    const fields = [...identityFields(subject.fields.at("spec", "rules"))];
    if (fields.length === 0) return;
    const disabled = disabledBy(subject, mesh);
    const unsent = disabled ? undefined : whyNotSent(subject, mesh);
    const because = disabled ? `${modeName(disabled)} switches mutual TLS off` : unsent;
    if (because === undefined) return;
    for (const field of fields) {
      yield {
        path: field.path,
        message: `This never matches: ${because}, so clients have no identity.`,
        related: relatedModes([disabled]),
      };
    }
  },
});

const SOURCES = ["principals", "notPrincipals", "namespaces", "notNamespaces", "serviceAccounts"];
const KEYS: ReadonlySet<string | undefined> = new Set([
  "source.namespace",
  "source.principal",
  "source.serviceAccount",
  "connection.sni",
]);

function* identityFields(rules: Field): Iterable<Field> {
  for (const rule of rules.items()) {
    for (const from of rule.at("from").items()) {
      for (const name of SOURCES) {
        const field = from.at("source", name);
        if (field.items().length > 0) yield field;
      }
    }
    for (const condition of rule.at("when").items()) {
      const key = condition.at("key");
      if (KEYS.has(key.text)) yield key;
    }
  }
}

/** The PeerAuthentication that switches mutual TLS off for all that the policy is for. */
function disabledBy(subject: Subject, mesh: MeshView): WideMode | undefined {
  const { namespace } = subject;
  const selector = selectorField(subject).labels();
  const selected =
    Object.keys(selector).length > 0 ? workloads(mesh).matching(selector, namespace) : [];
  const modes =
    selected.length > 0
      ? selected.map(({ labels }) => peerMode(mesh, namespace, labels))
      : [peerModeOf(mesh, namespace) ?? meshPeerMode(mesh)];
  return modes.every((one) => one?.mode === "DISABLE") ? modes[0] : undefined;
}

/** Why clients use no mutual TLS of their own accord, nor by a DestinationRule for all. */
function whyNotSent({ namespace }: Subject, mesh: MeshView): string | undefined {
  if (mesh.derive(meshConfig).enableAutoMtls) return undefined;
  const rules = [...wideRules(mesh, namespace), ...wideRules(mesh, MESH)];
  if (rules.some(({ mode }) => isMutual(mode))) return undefined;
  return "enableAutoMtls is off and no DestinationRule for the mesh or the namespace uses mutual TLS";
}
