import type { Field } from "@/lib/yaml/field";
import { cut, quoted } from "./names";
import type { Issues } from "./issue";

const CONFIG_MAP = "configmap://";

/** Checks the TLS settings of a client: `trafficPolicy.tls` of an object in `namespace`. */
export function checkClientTls(tls: Field, namespace: string, issues: Issues): void {
  if (!tls.exists) return;
  const has = (field: string): boolean => tls.at(field).text !== undefined;
  const mode = tls.at("mode").text ?? "DISABLE";
  const credential = tls.at("credentialName");
  issues.check(credential, configMapProblem(credential.text ?? "", namespace));
  if (tls.at("insecureSkipVerify").isTrue) {
    const names = tls.at("subjectAltNames").items().length > 0;
    if (mode === "SIMPLE" && (has("caCertificates") || has("credentialName") || names)) {
      issues.error(
        tls,
        "cannot specify CaCertificates or CredentialName or SubjectAltNames when InsecureSkipVerify is set true",
      );
    }
    if (mode === "MUTUAL" && (has("caCertificates") || names)) {
      issues.error(
        tls,
        "cannot specify CaCertificates or SubjectAltNames when InsecureSkipVerify is set true",
      );
    }
  }
  if ((mode === "SIMPLE" || mode === "MUTUAL") && has("credentialName")) {
    if (["clientCertificate", "caCertificates", "privateKey", "caCrl"].some(has)) {
      issues.error(
        tls,
        "cannot specify client certificates or CA certificate or CA CRL If credentialName is set",
      );
    }
    return;
  }
  if (mode !== "MUTUAL") return;
  if (!has("clientCertificate")) issues.error(tls, "client certificate required for mutual tls");
  if (!has("privateKey")) issues.error(tls, "private key required for mutual tls");
}

/** A credential may be a ConfigMap of the object's own namespace. */
function configMapProblem(name: string, namespace: string): string | undefined {
  if (!name.startsWith(CONFIG_MAP)) return undefined;
  const [home, rest] = cut(name.slice(CONFIG_MAP.length), "/");
  const expected = (what: string) =>
    `invalid configmap:// credentialName: invalid resource name ${quoted(name)}. Expected ${what}`;
  if (rest === undefined) return expected("namespace and name");
  if (home === "") return expected("namespace");
  if (cut(rest, "/")[0] === "") return expected("name");
  return home === namespace
    ? undefined
    : `invalid configmap:// credentialName: namespace must match the configuration namespace ${quoted(namespace)}`;
}
