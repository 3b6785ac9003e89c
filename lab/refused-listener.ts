import type { KubeObject } from "@/lib/k8s/object";

/** A file that proxies of the lab may not write. */
export const UNWRITABLE = "/etc/quarterdeck-lab-refuses.log";

/** An EnvoyFilter that istiod accepts, and whose listeners Envoy refuses: their log cannot be opened. */
export function refusedListener(
  name: string,
  namespace: string,
  labels: Readonly<Record<string, string>>,
): KubeObject {
  const manager = "envoy.filters.network.http_connection_manager";
  const types = "type.googleapis.com/envoy.extensions";
  return {
    apiVersion: "networking.istio.io/v1alpha3",
    kind: "EnvoyFilter",
    metadata: { name, namespace },
    spec: {
      workloadSelector: { labels },
      configPatches: [
        {
          applyTo: "NETWORK_FILTER",
          match: {
            context: "SIDECAR_INBOUND",
            listener: { filterChain: { filter: { name: manager } } },
          },
          patch: {
            operation: "MERGE",
            value: {
              typed_config: {
                "@type": `${types}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
                access_log: [
                  {
                    name: "envoy.access_loggers.file",
                    typed_config: {
                      "@type": `${types}.access_loggers.file.v3.FileAccessLog`,
                      path: UNWRITABLE,
                    },
                  },
                ],
              },
            },
          },
        },
      ],
    },
  };
}
