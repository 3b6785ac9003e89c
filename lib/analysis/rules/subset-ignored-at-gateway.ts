import { groupBy } from "@/lib/base/group-by";
import type { MeshView } from "@/lib/mesh/view";
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
    const choosing = mesh.derive(subsetChoices);
    for (const [index, http] of fields.at("spec", "http").items().entries()) {
      for (const [at, route] of http.at("route").items().entries()) {
        const destination = route.at("destination");
        if (destination.at("subset").text !== undefined) continue;
        const host = destination.at("host").text ?? "";
        for (const other of new Set((choosing.get(host) ?? []).map((choice) => choice.object))) {
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
const subsetChoices = (mesh: MeshView) =>
  groupBy(
    mesh.list("VirtualService").flatMap((object) => {
      const spec = new Field(object).at("spec");
      const hosts = new Set(spec.at("hosts").texts());
      return spec
        .at("http")
        .items()
        .flatMap((rule) => rule.at("route").items())
        .flatMap((route) => {
          const host = route.at("destination", "host").text;
          const subset = route.at("destination", "subset").text;
          return host !== undefined && subset !== undefined && hosts.has(host)
            ? [{ host, object }]
            : [];
        });
    }),
    ({ host }) => host,
  );
