import { givenMeshConfig } from "@/lib/mesh/mesh-config";
import { Field } from "../field";
import { quoted } from "../istioctl/words";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "telemetry-provider-missing",
  code: "IST0157",
  aliases: [],
  level: "Warning",
  kinds: ["Telemetry"],
  reads: ["ConfigMap"],
  title: "A Telemetry asks for access logs and names no provider",
  why: "The mesh config has no default provider for access logs, so the entry is ignored.",
  fix: "Name a provider, such as envoy.",
  examples: {
    bad: `
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: logs, namespace: shop }
spec: { accessLogging: [{ match: { mode: CLIENT } }] }`,
    good: `
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: logs, namespace: shop }
spec: { accessLogging: [{ providers: [{ name: envoy }] }, { disabled: true }] }`,
  },
  istioctl: { analyzers: ["telemetry.ProviderAnalyzer"] },

  *check({ fields, namespace, name }, mesh) {
    const defaults = new Field(mesh.derive(givenMeshConfig)).at("defaultProviders");
    if (defaults.at("accessLogging").items().length > 0) return;
    for (const entry of fields.at("spec", "accessLogging").items()) {
      if (entry.at("disabled").value === true) continue;
      if (entry.at("providers").items().length > 0) continue;
      yield {
        path: entry.path,
        message: "This entry names no provider and the mesh has no default one, so it is ignored.",
        fixes: [
          {
            title: "Use the provider envoy",
            edits: [
              {
                op: "set" as const,
                path: [...entry.path, "providers"],
                value: [{ name: "envoy" }],
              },
            ],
          },
        ],
        istioctl: {
          message: `The Telemetry ${name} in namespace ${quoted(namespace)} with empty providers will be ignored.`,
        },
      };
    }
  },
});
