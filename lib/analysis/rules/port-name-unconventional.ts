import type { Field } from "../field";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "port-name-unconventional",
  code: "IST0118",
  aliases: ["KIA0601", "KIA0602"],
  level: "Info",
  kinds: ["Service"],
  reads: [],
  title: "A port of a Service does not say which protocol it speaks",
  why:
    "Istio learns a port's protocol from its name or appProtocol. Without it the protocol is guessed " +
    "from the first bytes, and what stays unknown is treated as TCP: no routes, retries or metrics.",
  fix: "Name the port <protocol> or <protocol>-<suffix>, or set appProtocol.",
  examples: {
    bad: `
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { ports: [{ name: api, port: 9080 }] }`,
    good: `
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec:
  ports:
  - { name: http-api, port: 9080 }
  - { name: api, port: 9081, appProtocol: grpc }
  - { name: dns, port: 53, protocol: UDP }`,
  },

  *check({ fields }) {
    const labels = fields.at("metadata", "labels").labels();
    // istiod and the gateways that it deploys name their ports for other readers.
    if ("istio" in labels || labels["release"] === "istio") return;
    if ("gateway.istio.io/managed" in labels) return;
    for (const port of fields.at("spec", "ports").items()) {
      if (isKnown(port)) continue;
      const name = port.at("name");
      const number = port.at("port").number;
      const label = name.text === undefined ? "has no name" : `is called ${name.text}`;
      yield {
        path: name.exists ? name.path : port.path,
        message: `Port ${number ?? "?"} ${label}, which names no protocol; Istio has to guess it.`,
        fixes: ["http", "tcp"].map((protocol) => {
          const value = name.text === undefined ? protocol : `${protocol}-${name.text}`;
          return {
            title: `Name it ${value}`,
            edits: [{ op: "set" as const, path: name.path, value }],
          };
        }),
      };
    }
  },
});

const PROTOCOLS: ReadonlySet<string> = new Set([
  "tcp",
  "udp",
  "grpc",
  "grpc-web",
  "http",
  "http_proxy",
  "http2",
  "https",
  "tls",
  "mongo",
  "redis",
  "mysql",
]);
const APP_PROTOCOLS: ReadonlySet<string> = new Set([
  "kubernetes.io/h2c",
  "kubernetes.io/ws",
  "kubernetes.io/wss",
]);
/** SMTP, DNS, MySQL, MongoDB: the server speaks first, or nobody names them otherwise. */
const WELL_KNOWN: ReadonlySet<number> = new Set([25, 53, 3306, 27017]);

/** Source: istio pkg/config/kube, ConvertProtocol. */
function isKnown(port: Field): boolean {
  if (port.at("protocol").text === "UDP") return true;
  const app = port.at("appProtocol").text;
  if (app !== undefined && APP_PROTOCOLS.has(app)) return true;
  const name = (app ?? port.at("name").text ?? "").toLowerCase();
  if (name.startsWith("grpc-web")) return true;
  if (PROTOCOLS.has(name.split("-")[0] ?? "")) return true;
  return WELL_KNOWN.has(port.at("port").number ?? 0);
}
