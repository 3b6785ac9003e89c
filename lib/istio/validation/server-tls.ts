import type { Field } from "@/lib/yaml/field";
import type { Issues } from "./issue";

const CIPHERS: ReadonlySet<string> = new Set([
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
  "ECDHE-ECDSA-AES128-SHA",
  "ECDHE-RSA-AES128-SHA",
  "ECDHE-ECDSA-AES256-SHA",
  "ECDHE-RSA-AES256-SHA",
  "AES128-GCM-SHA256",
  "AES256-GCM-SHA384",
  "AES128-SHA",
  "AES256-SHA",
  "DES-CBC3-SHA",
]);

/** The mode of a server's TLS settings; PASSTHROUGH where none is given. */
export const serverTlsMode = (tls: Field): string => tls.at("mode").text ?? "PASSTHROUGH";

const WITH_SERVER_CERTIFICATE = new Set(["SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL"]);

/** The fields that bring certificates, as istiod calls them in ISTIO_MUTUAL's messages. */
const CERTIFICATE_FIELDS: readonly (readonly [field: string, name: string])[] = [
  ["serverCertificate", "server certificate"],
  ["privateKey", "private key"],
  ["caCertificates", "CA bundle"],
  ["tlsCertificates", "tlsCertificates"],
  ["credentialName", "credentialName"],
  ["credentialNames", "credentialNames"],
];

/** Whether a field holds something: a text or a list that is not empty. */
const isSet = (field: Field): boolean => field.text !== undefined || field.items().length > 0;

/** Checks the TLS settings of a gateway's server or of a sidecar's listener. */
export function checkServerTls(tls: Field, issues: Issues): void {
  if (!tls.exists) return;
  checkCiphers(tls, issues);
  const mode = serverTlsMode(tls);
  if (mode === "ISTIO_MUTUAL") {
    for (const [field, name] of CERTIFICATE_FIELDS) {
      const given = tls.at(field);
      if (isSet(given)) issues.error(given, `ISTIO_MUTUAL TLS cannot have associated ${name}`);
    }
    return;
  }
  if (mode === "PASSTHROUGH" || mode === "AUTO_PASSTHROUGH") {
    const fields = ["caCrl", ...CERTIFICATE_FIELDS.map(([field]) => field)];
    if (fields.some((field) => isSet(tls.at(field)))) {
      issues.warn(tls, `${mode} mode does not use certificates, they will be ignored`);
    }
  }
  if (certificateSources(tls) > 1) {
    issues.error(
      tls,
      "only one of credential_name, credential_names, server_certificate/private_key, tls_certificates should be specified",
    );
  }
  const needsCertificate = WITH_SERVER_CERTIFICATE.has(mode);
  // What a credential holds is not known here.
  if (needsCertificate && (isSet(tls.at("credentialName")) || isSet(tls.at("credentialNames")))) {
    return;
  }
  if (needsCertificate) checkCertificates(tls, mode, issues);
  checkRevocations(tls, mode, issues);
}

function checkCiphers(tls: Field, issues: Issues): void {
  const suites = tls.at("cipherSuites");
  const version = tls.at("minProtocolVersion").text;
  if ((version === "TLSV1_0" || version === "TLSV1_1") && suites.items().length === 0) {
    issues.warn(
      tls,
      "TLS version below TLSV1_2 require setting compatible ciphers as by default they no longer include compatible ciphers.",
    );
  }
  const valid = new Set<string>();
  const invalid = new Set<string>();
  const repeated = new Set<string>();
  for (const item of suites.items()) {
    const suite = item.text ?? "";
    if (!isCipher(suite)) invalid.add(suite);
    else if (valid.has(suite)) repeated.add(suite);
    else valid.add(suite);
  }
  const list = (names: ReadonlySet<string>) => `[${[...names].sort().join(" ")}]`;
  if (invalid.size > 0) issues.warn(suites, `ignoring invalid cipher suites: ${list(invalid)}`);
  if (repeated.size > 0) {
    issues.warn(suites, `ignoring duplicate cipher suites: ${list(repeated)}`);
  }
}

/** Beside names, istiod lets expressions through: what begins with a sign, such as `!aNULL`. */
const isCipher = (suite: string): boolean =>
  suite === "" || suite === "ALL" || !/^[\p{L}\p{N}]/u.test(suite) || CIPHERS.has(suite);

const certificateSources = (tls: Field): number =>
  [
    isSet(tls.at("serverCertificate")) && isSet(tls.at("privateKey")),
    isSet(tls.at("credentialName")),
    isSet(tls.at("credentialNames")),
    isSet(tls.at("tlsCertificates")),
  ].filter(Boolean).length;

function checkCertificates(tls: Field, mode: string, issues: Issues): void {
  const kind = mode === "SIMPLE" ? "SIMPLE TLS" : "MUTUAL TLS";
  if (mode !== "SIMPLE" && !isSet(tls.at("caCertificates"))) {
    issues.error(tls, `${kind} requires a client CA bundle`);
  }
  const listed = tls.at("tlsCertificates");
  if (listed.items().length > 2) {
    issues.warn(listed, `${kind} can support up to 2 server certificates`);
  }
  for (const certificate of listed.items().length > 0 ? listed.items() : [tls]) {
    if (!isSet(certificate.at("serverCertificate"))) {
      issues.error(certificate, `${kind} requires a server certificate`);
    }
    if (!isSet(certificate.at("privateKey"))) {
      issues.error(certificate, `${kind} requires a private key`);
    }
  }
}

function checkRevocations(tls: Field, mode: string, issues: Issues): void {
  const list = tls.at("caCrl");
  if (!isSet(list)) return;
  if (isSet(tls.at("credentialName"))) {
    issues.error(
      list,
      "CRL is not supported with credentialName. CRL has to be specified in the credential",
    );
  }
  if (mode === "SIMPLE") issues.error(list, "CRL is not supported with SIMPLE TLS");
}
