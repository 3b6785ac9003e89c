import type { KubeObject } from "@/lib/k8s/object";
import type { MeshIndex } from "@/lib/mesh/mesh-index";
import { Field } from "../field";
import { fullName } from "../istioctl/words";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "subset-ignored-at-gateway",
  code: "IST0140",
  aliases: [],
  level: "Warning",
  kinds: ["VirtualService"],
  reads: ["VirtualService"],
  title: "A gateway's route goes past the subsets that another VirtualService chooses",
  why:
    "Only one VirtualService routes a request. What comes through the gateway is sent to the host by " +
    "this one, so the subsets that the other chooses inside the mesh do not count for it.",
  fix: "Choose the subset in this route too, or delegate to the other VirtualService.",
  examples: {
    bad: `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: edge, namespace: shop }
spec: { hosts: [shop.example.com], gateways: [edge], http: [{ route: [{ destination: { host: reviews } }] }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviews, subset: v2 } }] }] }`,
    good: `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: edge, namespace: shop }
spec: { hosts: [shop.example.com], gateways: [edge], http: [{ route: [{ destination: { host: reviews, subset: v2 } }] }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviews, subset: v2 } }] }] }`,
  },
  istioctl: { analyzers: ["virtualservice.DestinationHostAnalyzer"] },

  *check(subject, mesh) {
    const { fields, namespace, name } = subject;
    if (fields.at("spec", "gateways").items().length === 0) return;
    for (const [index, http] of fields.at("spec", "http").items().entries()) {
      for (const [at, route] of http.at("route").items().entries()) {
        const destination = route.at("destination");
        if (destination.at("subset").text !== undefined) continue;
        const host = destination.at("host").text ?? "";
        for (const other of mesh.lookup(CHOOSING, host)) {
          const { metadata } = other;
          yield {
            path: destination.at("host").path,
            message: `VirtualService ${fullName(metadata)} chooses subsets of ${host}; requests of the gateway go past them.`,
            related: [
              {
                kind: "VirtualService",
                namespace: metadata.namespace ?? "",
                name: metadata.name,
                message: "Chooses subsets of this host.",
              },
            ],
            istioctl: {
              message: `Subset in virtual service ${fullName(metadata)} has no effect on ingress gateway ${fullName({ namespace, name })} requests`,
              // It takes the rule's name for the name of the list.
              at: ["spec", http.at("name").text ?? "", index, "route", at, "destination", "host"],
            },
          };
        }
      }
    }
  },
});

/** The VirtualServices that send requests for one of their own hosts to a subset of it, by host. */
const CHOOSING: MeshIndex<KubeObject> = {
  kinds: ["VirtualService"],
  entries(object) {
    const spec = new Field(object).at("spec");
    const hosts = new Set(spec.at("hosts").texts());
    const chosen = spec
      .at("http")
      .items()
      .flatMap((rule) => rule.at("route").items())
      .map((route) => route.at("destination"))
      .filter((destination) => destination.at("subset").text !== undefined)
      .flatMap((destination) => destination.at("host").text ?? []);
    return [...new Set(chosen)].filter((host) => hosts.has(host)).map((host) => [host, object]);
  },
};
