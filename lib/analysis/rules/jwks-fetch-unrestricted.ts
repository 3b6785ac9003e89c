import type { MeshView } from "@/lib/mesh/view";
import { labelsOf } from "../facts/pods";
import { fullName } from "../istioctl/words";
import { defineRule } from "../rule";

const VARIABLE = "BLOCKED_CIDRS_IN_JWKS_URIS";

export const rule = defineRule({
  id: "jwks-fetch-unrestricted",
  code: "IST0175",
  aliases: [],
  level: "Warning",
  kinds: ["Deployment"],
  reads: ["RequestAuthentication"],
  title: "Keys are fetched from any address that a RequestAuthentication names",
  why:
    "istiod fetches jwksUri itself. Who may write a RequestAuthentication can make it call addresses " +
    "inside the cluster or of the cloud's metadata server.",
  fix: "Set BLOCKED_CIDRS_IN_JWKS_URIS on istiod to the networks that hold no keys.",
  examples: {
    bad: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: istiod, namespace: istio-system, labels: { app: istiod } }
spec: { template: { spec: { containers: [{ name: discovery }] } } }
---
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: jwt, namespace: shop }
spec: { jwtRules: [{ issuer: shop }] }`,
    good: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: istiod, namespace: istio-system, labels: { app: istiod } }
spec:
  template:
    spec: { containers: [{ name: discovery, env: [{ name: BLOCKED_CIDRS_IN_JWKS_URIS, value: 169.254.0.0/16 }] }] }
---
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: jwt, namespace: shop }
spec: { jwtRules: [{ issuer: shop }] }`,
  },
  istioctl: { analyzers: ["authn.BlockedCIDRsAnalyzer"] },

  *check({ object, fields }, mesh) {
    if (labelsOf(object)["app"] !== "istiod") return;
    const names = mesh.derive(authenticationNames);
    if (names.length === 0) return;
    const containers = fields.at("spec", "template", "spec", "containers");
    const restricted = containers
      .items()
      .flatMap((container) => container.at("env").items())
      .some((env) => env.at("name").text === VARIABLE && env.at("value").text !== undefined);
    if (restricted) return;
    const more = names.length > SHOWN ? `, and ${names.length - SHOWN} more` : "";
    const shown = `${names.slice(0, SHOWN).join(", ")}${more}`;
    yield {
      path: containers.path,
      message: `${VARIABLE} is not set, so istiod fetches keys from any address that ${shown} names.`,
      istioctl: {
        message: `${VARIABLE} is not configured but ${names.length} RequestAuthentication resource(s) exist (${shown}). Consider configuring it to restrict JWKS URI fetches to trusted networks.`,
      },
    };
  },
});

const SHOWN = 5;

const authenticationNames = (mesh: MeshView): readonly string[] =>
  mesh.list("RequestAuthentication").map(({ metadata }) => fullName(metadata));
