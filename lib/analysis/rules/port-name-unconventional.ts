import { isControlPlane, isGatewayManaged } from "../facts/control-plane";
import { hasKnownProtocol } from "../facts/port-protocol";
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

  istioctl: { analyzers: ["service.PortNameAnalyzer"] },

  *check(subject) {
    // istiod and the gateways that it deploys name their ports for other readers.
    if (isControlPlane(subject) || isGatewayManaged(subject)) return;
    const spec = subject.fields.at("spec");
    if (spec.at("type").text === "ExternalName") return;
    for (const port of spec.at("ports").items()) {
      if (hasKnownProtocol(port)) continue;
      const name = port.at("name");
      const number = port.at("port").number;
      const label = name.text === undefined ? "has no name" : `is called ${name.text}`;
      const target = port.at("targetPort");
      yield {
        path: name.exists ? name.path : port.path,
        message: `Port ${number ?? "?"} ${label}, which names no protocol; Istio has to guess it.`,
        istioctl: {
          message: `Port name ${name.text ?? ""} (port: ${number ?? 0}, targetPort: ${target.number ?? target.text ?? 0}) doesn't follow the naming convention of Istio port.`,
          at: port.at("port").path,
        },
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
