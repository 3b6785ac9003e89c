import { MESH_GATEWAY, resolveGateway } from "@/lib/istio/gateway-ref";
import { hasLabels } from "@/lib/k8s/label-selector";
import type { KubeObject } from "@/lib/k8s/object";
import { groupBy } from "@/lib/base/group-by";
import type { MeshView } from "@/lib/mesh/view";
import { Field } from "../field";
import { labelsOf, podsWith } from "../facts/pods";
import { defineRule, type Subject } from "../rule";

export const rule = defineRule({
  id: "jwt-claim-without-authentication",
  code: "IST0149",
  aliases: [],
  level: "Error",
  kinds: ["VirtualService"],
  reads: ["Gateway", "Pod", "RequestAuthentication"],
  title: "Routes look at the claims of a token that nobody checks",
  why:
    "Claims are known only where a RequestAuthentication has checked the token. Without one on the " +
    "gateway's pods, no request matches these routes.",
  fix: "Apply a RequestAuthentication to the gateway's pods.",
  examples: {
    bad: `
apiVersion: v1
kind: Pod
metadata: { name: edge-1, namespace: edge, labels: { istio: edge } }
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: edge, namespace: shop }
spec: { selector: { istio: edge }, servers: [{ port: { number: 80 }, hosts: ["*"] }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: shop, namespace: shop }
spec:
  hosts: [shop.example.com]
  gateways: [edge]
  http: [{ match: [{ headers: { "@request.auth.claims.group": { exact: beta } } }] }]`,
    good: `
apiVersion: v1
kind: Pod
metadata: { name: edge-1, namespace: edge, labels: { istio: edge } }
---
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: edge, namespace: edge }
spec: { selector: { matchLabels: { istio: edge } }, jwtRules: [{ issuer: shop }] }
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: edge, namespace: shop }
spec: { selector: { istio: edge }, servers: [{ port: { number: 80 }, hosts: ["*"] }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: shop, namespace: shop }
spec:
  hosts: [shop.example.com]
  gateways: [edge]
  http: [{ match: [{ headers: { "@request.auth.claims.group": { exact: beta } } }] }]`,
  },
  istioctl: { analyzers: ["virtualservice.JWTClaimRouteAnalyzer"] },

  *check(subject, mesh) {
    const claim = claimOf(subject);
    if (!claim?.key) return;
    const checked = mesh.derive(authentications);
    for (const { text } of subject.fields.at("spec", "gateways").items()) {
      if (text === undefined || text === MESH_GATEWAY) continue;
      const resolved = resolveGateway(text, subject.namespace);
      const [namespace = "", name = ""] = resolved.split("/");
      const gateway = mesh.get("Gateway", namespace, name);
      if (!gateway) continue;
      const selector = new Field(gateway).at("spec", "selector").labels();
      for (const pod of podsWith(mesh, selector)) {
        if (isChecked(pod, checked)) continue;
        const full = namespace ? resolved : name;
        // istioctl does not know the old forms of a gateway's name.
        const literal = text.includes("/") ? text : `${subject.namespace}/${text}`;
        yield {
          path: claim.path,
          message: `No RequestAuthentication applies to pod ${pod.metadata.name} of Gateway ${full}, so ${claim.key} is never known.`,
          related: [{ kind: "Gateway", namespace, name, message: "Has pods without one." }],
          ...(literal === resolved && {
            istioctl: {
              message: `The virtual service uses the JWT claim based routing (key: ${claim.key}) but found no request authentication for the gateway (${full}) pod (${pod.metadata.name}). The request authentication must first be applied for the gateway pods to validate the JWT token and make the claims available for routing.`,
            },
          }),
        };
      }
    }
  },
});

const CLAIM = /^@request\.auth\.claims(\..+|\[.+\])$/is;

/** The first header of a match that is a claim. */
function claimOf({ fields }: Subject) {
  for (const rule of fields.at("spec", "http").items()) {
    for (const match of rule.at("match").items()) {
      for (const list of ["headers", "withoutHeaders"]) {
        const found = match
          .at(list)
          .entries()
          .find(([key]) => CLAIM.test(key));
        if (found) return { key: found[0], path: found[1].path };
      }
    }
  }
  return undefined;
}

type Selectors = ReadonlyMap<
  string,
  readonly { readonly labels: Readonly<Record<string, string>> }[]
>;

/** The selectors of RequestAuthentications by namespace. */
const authentications = (mesh: MeshView): Selectors =>
  groupBy(
    mesh.list("RequestAuthentication").map((object) => ({
      namespace: object.metadata.namespace ?? "",
      labels: new Field(object).at("spec", "selector", "matchLabels").labels(),
    })),
    ({ namespace }) => namespace,
  );

const isChecked = (pod: KubeObject, checked: Selectors): boolean =>
  ["istio-system", pod.metadata.namespace ?? ""].some((namespace) =>
    checked.get(namespace)?.some(({ labels }) => hasLabels(labelsOf(pod), labels)),
  );
