import { destinationsOf } from "../facts/destinations";
import { declaredHosts } from "../facts/declared-hosts";
import { istioctlDestinations } from "../istioctl/destinations";
import { lookUpHost } from "../istioctl/service-lookup";
import { listed, quoted } from "../istioctl/words";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "destination-port-required",
  code: "IST0112",
  aliases: [],
  level: "Error",
  kinds: ["VirtualService"],
  reads: ["Service", "ServiceEntry", "ConfigMap"],
  title: "A route names a host of several ports and no port",
  why:
    "Without a port istiod takes the one that the request came to; where the destination has no such " +
    "port, Envoy has no cluster and answers 503.",
  fix: "Name the destination's port.",
  examples: {
    bad: `
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { ports: [{ name: http, port: 80 }, { name: grpc, port: 90 }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviews } }] }] }`,
    good: `
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { ports: [{ name: http, port: 80 }, { name: grpc, port: 90 }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviews, port: { number: 80 } } }] }] }`,
  },
  istioctl: {
    analyzers: ["virtualservice.DestinationHostAnalyzer"],
    *check(subject, mesh) {
      const exportTo = subject.fields.at("spec", "exportTo").texts();
      for (const { host, destination, at } of istioctlDestinations(subject)) {
        const known = lookUpHost(mesh, host, { namespace: subject.namespace, exportTo });
        if (!known || destination.at("port").exists || known.ports.length < 2) continue;
        yield {
          message: `This VirtualService routes to a service ${quoted(host)} that exposes multiple ports ${listed(known.ports)}. Specifying a port in the destination is required to disambiguate.`,
          at,
        };
      }
    },
  },

  *check(subject, mesh) {
    const known = declaredHosts(mesh);
    for (const { field, host } of destinationsOf(subject)) {
      const declared = known.find(host, subject.namespace);
      if (!declared || field.at("port").exists || declared.ports.length < 2) continue;
      yield {
        path: field.at("host").path,
        message: `${host} has the ports ${declared.ports.join(", ")}, and this destination names none.`,
        related: [
          {
            kind: declared.kind,
            namespace: declared.namespace,
            name: declared.name,
            message: "Declares the host's ports.",
          },
        ],
        fixes: declared.ports.slice(0, 3).map((port) => ({
          title: `Use port ${port}`,
          edits: [{ op: "set", path: field.at("port", "number").path, value: port }],
        })),
      };
    }
  },
});
