import { asciiOf, decodeBase64 } from "@/lib/base/base64";
import { firstCertificate } from "@/lib/base/x509";
import type { KubeObject } from "@/lib/k8s/object";
import { Field } from "../field";

/** How the certificate of a Secret is. */
export type CertificateState = "valid" | "expired" | "unreadable" | "missing";

const PAIRS = [
  ["cert", "key"],
  ["tls.crt", "tls.key"],
] as const;

/**
 * Whether a gateway can use a Secret: it has a certificate and a key, and the first certificate is
 * one and valid at `now` (ms). Without `now` its dates are not looked at. Source: istio's
 * ExtractCertInfo and ValidateCertificate.
 */
export function certificateState(secret: KubeObject, now: number | undefined): CertificateState {
  const data = secretData(secret);
  const pair = PAIRS.find((names) => names.every((name) => (data.get(name) ?? "") !== ""));
  if (!pair) return "missing";
  const certificate = firstCertificate(data.get(pair[0]) ?? "");
  if (!certificate) return "unreadable";
  if (now === undefined) return "valid";
  return certificate.notBefore <= now && now <= certificate.notAfter ? "valid" : "expired";
}

/** The values of a Secret, decoded; `stringData` wins only where the API server has read it. */
function secretData(secret: KubeObject): ReadonlyMap<string, string> {
  const entries = new Field(secret).at("data").entries();
  return new Map(
    entries.flatMap(([name, { value }]) => {
      const bytes = typeof value === "string" ? decodeBase64(value) : undefined;
      return bytes === undefined ? [] : [[name, asciiOf(bytes)] as const];
    }),
  );
}
