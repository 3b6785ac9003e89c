import { annotationsOf } from "../facts/pods";
import { quoted } from "../istioctl/words";
import { defineRule } from "../rule";

/** Source: istio pkg/config/schema/gatewayapi, MinimumCRDVersions. */
const MINIMUM: ReadonlyMap<string, string> = new Map([
  ["grpcroutes.gateway.networking.k8s.io", "1.1.0"],
  ["backendtlspolicies.gateway.networking.k8s.io", "1.4.0"],
  ["tlsroutes.gateway.networking.k8s.io", "1.5.0"],
  ["tcproutes.gateway.networking.k8s.io", "1.6.0"],
]);

const BUNDLE = "gateway.networking.k8s.io/bundle-version";

export const rule = defineRule({
  id: "gateway-api-crd-outdated",
  code: "IST0176",
  aliases: [],
  level: "Warning",
  kinds: ["CustomResourceDefinition"],
  reads: [],
  title: "A kind of the Gateway API is too old for Istio",
  why: "istiod passes over kinds below the version that it needs: routes of this kind do nothing.",
  fix: "Install the Gateway API's definitions of a newer release.",
  examples: {
    bad: `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: tlsroutes.gateway.networking.k8s.io, annotations: { gateway.networking.k8s.io/bundle-version: v1.4.0 } }`,
    good: `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: tlsroutes.gateway.networking.k8s.io, annotations: { gateway.networking.k8s.io/bundle-version: v1.5.0-rc.1 } }`,
  },
  istioctl: { analyzers: ["k8sgateway.CRDVersionAnalyzer"] },

  *check({ object, name }) {
    const minimum = MINIMUM.get(name);
    const installed = semver(annotationsOf(object)[BUNDLE] ?? "");
    if (minimum === undefined || !installed) return;
    if (!isBelow(installed.numbers, semver(minimum)?.numbers ?? [])) return;
    yield {
      path: ["metadata", "annotations", BUNDLE],
      message: `${name} is of release ${installed.text}; istiod needs ${minimum} and passes over this kind.`,
      istioctl: {
        message: `Gateway API CRD ${quoted(name)} is at version ${quoted(installed.text)} but Istio requires at least ${quoted(minimum)}; resources of this kind will not be processed. Upgrade the Gateway API CRDs to satisfy the minimum version.`,
      },
    };
  },
});

const SEMVER =
  /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

/** A version's numbers, and how it is written in full. */
function semver(text: string): { numbers: readonly number[]; text: string } | undefined {
  const match = SEMVER.exec(text);
  if (!match) return undefined;
  const numbers = [match[1], match[2], match[3]].map((part) => Number(part ?? 0));
  return { numbers, text: `${numbers.join(".")}${match[4] ?? ""}${match[5] ?? ""}` };
}

function isBelow(a: readonly number[], b: readonly number[]): boolean {
  const index = a.findIndex((number, at) => number !== b[at]);
  return index >= 0 && (a[index] ?? 0) < (b[index] ?? 0);
}
