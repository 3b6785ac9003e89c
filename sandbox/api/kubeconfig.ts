import { stringify } from "yaml";

const NAME = "quarterdeck-sandbox";
const EXTENSION = "quarterdeck.dev/prometheus";

/**
 * The text of a kubeconfig with one context. `ca` is PEM. `prometheus` is named in an extension,
 * since there is no pod of a Prometheus to be found in the cluster.
 */
export function kubeconfig(access: {
  server: string;
  ca: string;
  token: string;
  prometheus?: string;
}): string {
  const { prometheus } = access;
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: NAME,
        cluster: {
          server: access.server,
          "certificate-authority-data": Buffer.from(access.ca).toString("base64"),
          ...(prometheus === undefined
            ? {}
            : { extensions: [{ name: EXTENSION, extension: { url: prometheus } }] }),
        },
      },
    ],
    users: [{ name: NAME, user: { token: access.token } }],
    contexts: [{ name: NAME, context: { cluster: NAME, user: NAME, namespace: "default" } }],
    "current-context": NAME,
  });
}
