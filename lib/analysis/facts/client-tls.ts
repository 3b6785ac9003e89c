import type { Field } from "../field";

/** Client TLS settings that do not check the server's certificate; undefined where they do. */
export function uncheckedTls(tls: Field, spec: Field): { readonly mode: Field } | undefined {
  const mode = tls.at("mode");
  if (mode.text !== "SIMPLE" && mode.text !== "MUTUAL") return undefined;
  if (tls.at("caCertificates").text !== undefined) return undefined;
  // A gateway takes both certificates from the Secret, and only where a selector names it.
  const fromSecret = tls.at("credentialName").text !== undefined;
  return fromSecret && spec.at("workloadSelector").exists ? undefined : { mode };
}
