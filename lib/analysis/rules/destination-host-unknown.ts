import { CLUSTER_DOMAIN } from "@/lib/istio/host";
import { affected, destinationsOf, type DestinationUse } from "../facts/destinations";
import { type DeclaredHosts, declaredHosts } from "../facts/declared-hosts";
import { nearestNames } from "../nearest";
import { istioctlDestinations } from "../istioctl/destinations";
import { lookUpHost } from "../istioctl/service-lookup";
import { quoted } from "../istioctl/words";
import { defineRule, type Fix, type Subject } from "../rule";

export const rule = defineRule({
  id: "destination-host-unknown",
  code: "IST0101",
  aliases: ["KIA1101"],
  level: "Error",
  kinds: ["VirtualService"],
  reads: ["Service", "ServiceEntry", "ConfigMap"],
  title: "A route leads to a host that nothing declares",
  why: "Envoy has no cluster for the host and answers 503 with the flag NC (cluster not found).",
  fix: "Correct the host, or declare it with a Service or a ServiceEntry.",
  examples: {
    bad: `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reveiws } }] }] }`,
    good: `
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { ports: [{ port: 9080 }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviews } }] }] }`,
  },

  istioctl: {
    analyzers: ["virtualservice.DestinationHostAnalyzer"],
    *check(subject, mesh) {
      const exportTo = subject.fields.at("spec", "exportTo").texts();
      for (const { host, mirror, at } of istioctlDestinations(subject)) {
        if (lookUpHost(mesh, host, { namespace: subject.namespace, exportTo })) continue;
        const what = mirror ? "mirror host" : "host";
        yield { message: `Referenced ${what} not found: ${quoted(host)}`, at };
      }
    },
  },

  *check(subject, mesh) {
    const known = declaredHosts(mesh);
    const clients = clientNamespaces(subject);
    for (const use of destinationsOf(subject)) {
      if (clients.some((namespace) => known.find(use.host, namespace))) continue;
      const field = use.field.at("host");
      yield {
        path: field.path,
        message: `No Service or ServiceEntry declares ${use.host}; ${affected(use)} would get 503.`,
        fixes: () =>
          candidates(use, known, subject.namespace).map((host): Fix => ({
            title: `Use ${host}`,
            edits: [{ op: "set", path: field.path, value: host }],
          })),
      };
    }
  },
});

/** Where the routes are used, so where the host must be visible: the namespaces of `exportTo`. */
function clientNamespaces({ fields, namespace }: Subject): readonly string[] {
  const named = fields.at("spec", "exportTo").texts();
  if (named.length === 0) return [namespace];
  return named.map((entry) => (entry === "." || entry === "*" ? namespace : entry));
}

/** Hosts that the author may have meant, written as short as they can be. */
function candidates(
  use: DestinationUse,
  known: DeclaredHosts,
  namespace: string,
): readonly string[] {
  // `reviews.shop` has a dot, so istiod takes it for a full name.
  const qualified = `${use.written}.svc.${CLUSTER_DOMAIN}`;
  if (known.find(qualified, namespace)) return [qualified];
  const suffix = `.${namespace}.svc.${CLUSTER_DOMAIN}`;
  const short = (host: string) => (host.endsWith(suffix) ? host.slice(0, -suffix.length) : host);
  return nearestNames(use.written, known.names().map(short));
}
