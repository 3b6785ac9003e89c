import { nearestNames } from "../nearest";
import { declaredHosts } from "../facts/declared-hosts";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "sidecar-egress-host-unknown",
  code: "KIA1004",
  aliases: [],
  level: "Warning",
  kinds: ["Sidecar"],
  reads: ["Service", "ServiceEntry"],
  title: "A Sidecar imports a host that nothing declares",
  why: "The entry gives the proxy nothing: requests to the service that was meant go out as to an unknown host, or are refused with REGISTRY_ONLY.",
  fix: "Write <namespace>/<full host name>, as in shop/reviews.shop.svc.cluster.local; a star stands for all hosts of the namespace.",
  examples: {
    bad: `
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { ports: [{ port: 9080 }] }
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: default, namespace: web }
spec: { egress: [{ hosts: [shop/reveiws.shop.svc.cluster.local] }] }`,
    good: `
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { ports: [{ port: 9080 }] }
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: partner, namespace: shop }
spec: { hosts: ["*.example.com"] }
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: default, namespace: web }
spec: { egress: [{ hosts: [shop/reviews.shop.svc.cluster.local, "*/api.example.com", "./*", "istio-system/*"] }] }`,
  },

  *check({ fields, namespace }, mesh) {
    const known = declaredHosts(mesh);
    for (const listener of fields.at("spec", "egress").items()) {
      for (const field of listener.at("hosts").items()) {
        const [owner = "", host = ""] = field.text?.split("/") ?? [];
        if (host === "" || host === "*" || owner === "~") continue;
        const home = owner === "*" ? undefined : owner === "." ? namespace : owner;
        if (known.declares(host, home)) continue;
        yield {
          path: field.path,
          message: `No Service or ServiceEntry ${home === undefined ? "" : `of ${home} `}declares ${host}; this entry imports nothing.`,
          fixes: () =>
            nearestNames(host, known.names()).map((name) => ({
              title: `Use ${owner}/${name}`,
              edits: [{ op: "set", path: field.path, value: `${owner}/${name}` }],
            })),
        };
      }
    }
  },
});
