import { uncheckedTls } from "../facts/client-tls";
import { fullName } from "../istioctl/words";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "port-ca-certificate-missing",
  code: "IST0129",
  aliases: [],
  level: "Warning",
  kinds: ["DestinationRule"],
  reads: [],
  title: "TLS to a destination's port does not check who answers",
  why: "Without CA certificates the client's proxy accepts any certificate, so anybody may answer.",
  fix: "Set caCertificates, or a credentialName together with a workloadSelector.",
  examples: {
    bad: `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: api, namespace: shop }
spec: { host: api.example.com, trafficPolicy: { portLevelSettings: [{ port: { number: 443 }, tls: { mode: SIMPLE } }] } }`,
    good: `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: api, namespace: shop }
spec:
  host: api.example.com
  workloadSelector: { matchLabels: { istio: egress } }
  trafficPolicy: { portLevelSettings: [{ port: { number: 443 }, tls: { mode: SIMPLE, credentialName: api } }] }`,
  },
  istioctl: { analyzers: ["destinationrule.CaCertificateAnalyzer"] },

  *check(subject) {
    const spec = subject.fields.at("spec");
    for (const setting of spec.at("trafficPolicy", "portLevelSettings").items()) {
      const tls = uncheckedTls(setting.at("tls"), spec);
      if (!tls) continue;
      const host = spec.at("host").text ?? "";
      const port = setting.at("port");
      const number = port.at("number").number;
      yield {
        path: tls.mode.path,
        message: `TLS mode ${tls.mode.text ?? ""} to port ${number ?? "?"} of ${host || "this host"} without CA certificates accepts any server.`,
        istioctl: {
          message: `DestinationRule ${fullName(subject)} in namespace ${subject.namespace} has TLS mode set to ${tls.mode.text ?? ""} but no caCertificates are set to validate server identity for host: ${host} at port ${portText(port.exists, number)}`,
          at: setting.at("tls", "caCertificates").path,
        },
      };
    }
  },
});

/** A port as protobuf prints the message that holds it. */
function portText(exists: boolean, number: number | undefined): string {
  if (!exists) return "<nil>";
  return number ? `number:${number}` : "";
}
