import { isControlPlane, isGatewayManaged } from "../facts/control-plane";
import { hasKnownProtocol } from "../facts/port-protocol";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "external-name-port-invalid",
  code: "IST0150",
  aliases: [],
  level: "Warning",
  kinds: ["Service"],
  reads: [],
  title: "A port of an ExternalName Service is taken for TCP",
  why:
    "An ExternalName Service has no address of its own: a TCP listener for its port takes all " +
    "traffic to this port, whatever its host.",
  fix: "Name the port after its protocol, such as https or tls.",
  examples: {
    bad: `
apiVersion: v1
kind: Service
metadata: { name: api, namespace: shop }
spec: { type: ExternalName, externalName: api.example.com, ports: [{ name: tcp, port: 443 }] }`,
    good: `
apiVersion: v1
kind: Service
metadata: { name: api, namespace: shop }
spec: { type: ExternalName, externalName: api.example.com, ports: [{ name: https, port: 443 }] }`,
  },
  istioctl: { analyzers: ["service.PortNameAnalyzer"] },

  *check(subject) {
    if (isControlPlane(subject) || isGatewayManaged(subject)) return;
    const spec = subject.fields.at("spec");
    if (spec.at("type").text !== "ExternalName") return;
    for (const port of spec.at("ports").items()) {
      const name = port.at("name");
      if (hasKnownProtocol(port) && name.text !== "tcp") continue;
      yield {
        path: name.exists ? name.path : port.path,
        message: `Port ${port.at("port").number ?? "?"} is taken for TCP and catches traffic to other hosts.`,
        fixes: ["https", "tls", "http"].map((value) => ({
          title: `Name it ${value}`,
          edits: [{ op: "set" as const, path: name.path, value }],
        })),
        istioctl: {
          message:
            "Port name for ExternalName service is invalid. Proxy may prevent tcp named ports and unmatched traffic for ports serving TCP protocol from being forwarded correctly",
          at: port.at("port").path,
        },
      };
    }
  },
});
