import { isWildcard, resolveHost } from "@/lib/istio/host";
import { declaredHosts } from "../facts/declared-hosts";
import { lookUpHost } from "../istioctl/service-lookup";
import { nearestNames } from "../nearest";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "destination-rule-host-unknown",
  code: "IST0174",
  aliases: ["KIA0202"],
  level: "Warning",
  kinds: ["DestinationRule"],
  reads: ["Service", "ServiceEntry", "ConfigMap"],
  title: "A DestinationRule is for a host that nothing declares",
  why: "Policies and subsets of a host that the mesh does not know apply to no traffic.",
  fix: "Correct the host, or declare it with a Service or a ServiceEntry.",
  examples: {
    bad: `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec: { host: reveiws }`,
    good: `
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { ports: [{ port: 9080 }] }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec: { host: reviews }`,
  },
  istioctl: {
    analyzers: ["destinationrule.SubsetSelectPodAnalyzer"],
    *check({ fields, namespace }, mesh) {
      const spec = fields.at("spec");
      const host = spec.at("host").text ?? "";
      if (lookUpHost(mesh, host, { namespace, exportTo: spec.at("exportTo").texts() })) return;
      yield {
        message: `The host ${host} defined in the DestinationRule does not match any services in the mesh.`,
      };
    },
  },

  *check({ fields, namespace }, mesh) {
    const field = fields.at("spec", "host");
    // A wildcard is for hosts to come, too.
    if (field.text === undefined || isWildcard(field.text)) return;
    const known = declaredHosts(mesh);
    const host = resolveHost(field.text, namespace);
    if (known.find(host, namespace)) return;
    const suffix = `.${namespace}.svc.cluster.local`;
    const names = known
      .names()
      .map((name) => (name.endsWith(suffix) ? name.slice(0, -suffix.length) : name));
    yield {
      path: field.path,
      message: `No Service or ServiceEntry declares ${host}, so this DestinationRule applies to nothing.`,
      fixes: nearestNames(field.text, names).map((name) => ({
        title: `Use ${name}`,
        edits: [{ op: "set" as const, path: field.path, value: name }],
      })),
    };
  },
});
