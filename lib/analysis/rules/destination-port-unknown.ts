import { affected, destinationsOf } from "../facts/destinations";
import { declaredHosts } from "../facts/declared-hosts";
import { istioctlDestinations } from "../istioctl/destinations";
import { lookUpHost } from "../istioctl/service-lookup";
import { quoted } from "../istioctl/words";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "destination-port-unknown",
  code: "IST0101",
  aliases: [],
  level: "Error",
  kinds: ["VirtualService"],
  reads: ["Service", "ServiceEntry", "ConfigMap"],
  title: "A route leads to a port that the host does not have",
  why: "Envoy has clusters only for declared ports; for any other it answers 503 with the flag NC.",
  fix: "Use a port that the Service or ServiceEntry declares; it is the service's port, not the pod's.",
  examples: {
    bad: `
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { ports: [{ port: 9080 }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviews, port: { number: 80 } } }] }] }`,
    good: `
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { ports: [{ port: 9080 }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviews, port: { number: 9080 } } }] }] }`,
  },

  istioctl: {
    analyzers: ["virtualservice.DestinationHostAnalyzer"],
    *check(subject, mesh) {
      const exportTo = subject.fields.at("spec", "exportTo").texts();
      for (const { host, destination, at } of istioctlDestinations(subject)) {
        const known = lookUpHost(mesh, host, { namespace: subject.namespace, exportTo });
        if (!known || !destination.at("port").exists) continue;
        const port = destination.at("port", "number").number ?? 0;
        if (known.ports.includes(port)) continue;
        yield { message: `Referenced host:port not found: ${quoted(`${host}:${port}`)}`, at };
      }
    },
  },

  *check(subject, mesh) {
    const known = declaredHosts(mesh);
    for (const use of destinationsOf(subject)) {
      const field = use.field.at("port", "number");
      const host = known.find(use.host, subject.namespace);
      if (!host || field.number === undefined || host.ports.length === 0) continue;
      if (host.ports.includes(field.number)) continue;
      yield {
        path: field.path,
        message:
          `${use.host} has no port ${field.number} (it has ${host.ports.join(", ")}); ` +
          `${affected(use)} would get 503.`,
        related: [
          {
            kind: host.kind,
            namespace: host.namespace,
            name: host.name,
            message: "Declares the host's ports.",
          },
        ],
        fixes: host.ports.slice(0, 3).map((port) => ({
          title: `Use port ${port}`,
          edits: [{ op: "set", path: field.path, value: port }],
        })),
      };
    }
  },
});
