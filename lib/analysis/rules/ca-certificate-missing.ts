import { uncheckedTls } from "../facts/client-tls";
import { fullName } from "../istioctl/words";
import { defineRule } from "../rule";

export const rule = defineRule({
  id: "ca-certificate-missing",
  code: "IST0128",
  aliases: [],
  level: "Warning",
  kinds: ["DestinationRule"],
  reads: [],
  title: "TLS to a destination does not check who answers",
  why: "Without CA certificates the client's proxy accepts any certificate, so anybody may answer.",
  fix: "Set caCertificates, or a credentialName together with a workloadSelector.",
  examples: {
    bad: `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: api, namespace: shop }
spec: { host: api.example.com, trafficPolicy: { tls: { mode: SIMPLE } } }`,
    good: `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: api, namespace: shop }
spec: { host: api.example.com, trafficPolicy: { tls: { mode: SIMPLE, caCertificates: /etc/ssl/ca.pem } } }`,
  },
  istioctl: { analyzers: ["destinationrule.CaCertificateAnalyzer"] },

  *check(subject) {
    const spec = subject.fields.at("spec");
    const tls = uncheckedTls(spec.at("trafficPolicy", "tls"), spec);
    if (!tls) return;
    const host = spec.at("host").text ?? "";
    yield {
      path: tls.mode.path,
      message: `TLS mode ${tls.mode.text ?? ""} to ${host || "this host"} without CA certificates accepts any server.`,
      istioctl: {
        message: `DestinationRule ${fullName(subject)} in namespace ${subject.namespace} has TLS mode set to ${tls.mode.text ?? ""} but no caCertificates are set to validate server identity for host: ${host}`,
        at: spec.at("trafficPolicy", "tls", "caCertificates").path,
      },
    };
  },
});
