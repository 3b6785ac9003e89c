import { asciiOf, decodeBase64 } from "@/lib/base/base64";
import { type Instant, instant } from "@/lib/base/units";
import { type Certificate, firstCertificate } from "@/lib/base/x509";
import {
  type ConfigDump,
  type DumpedResource,
  dumpedSecrets,
  type ResourceState,
} from "./config-dump";
import { fieldAt, listField, textField } from "./field";

/** One certificate that a proxy holds: a row of `istioctl proxy-config secret`. Never a key. */
export interface SecretRow {
  readonly name: string;
  /** `Cert Chain` or `CA`; empty for what holds no certificate that can be read. */
  readonly type: "Cert Chain" | "CA" | "";
  readonly state: ResourceState;
  /** In hexadecimal, at least 32 digits; empty where there is no certificate. */
  readonly serial: string;
  readonly notBefore: Instant | undefined;
  readonly notAfter: Instant | undefined;
  /** The URIs that the certificate vouches for: `spiffe://…` of a workload. */
  readonly identities: readonly string[];
  /** The trust domain that it belongs to; empty where it does not say. */
  readonly trustDomain: string;
  readonly version: string;
  readonly lastUpdated: string;
}

/** The certificates of a proxy, those that it waits for first, as istioctl shows them. */
export const secretRows = (dump: ConfigDump): readonly SecretRow[] =>
  dumpedSecrets(dump)
    // istioctl shows what came over SDS.
    .filter(({ state }) => state !== "static")
    .flatMap(rowsOf);

function rowsOf(dumped: DumpedResource): readonly SecretRow[] {
  const { resource } = dumped;
  const chain = inlineText(fieldAt(resource, "tls_certificate", "certificate_chain"));
  const authority = inlineText(fieldAt(resource, "validation_context", "trusted_ca"));
  const bundles = trustBundles(fieldAt(resource, "validation_context"));
  if (chain || authority || bundles.length === 0) {
    return [rowOf(dumped, dumped.name, { pem: chain || authority, trustDomain: "" })];
  }
  return bundles.map((bundle) => rowOf(dumped, textField(resource, "name"), bundle));
}

/** A certificate as text, and the trust domain that it is kept for. */
interface Bundle {
  readonly pem: string;
  readonly trustDomain: string;
}

const SPIFFE_VALIDATOR =
  "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig";

/** The roots of federated trust domains. */
function trustBundles(context: unknown): readonly Bundle[] {
  const config = fieldAt(context, "custom_validator_config", "typed_config");
  if (textField(config, "@type") !== SPIFFE_VALIDATOR) return [];
  return listField(config, "trust_domains").map((domain) => ({
    pem: inlineText(fieldAt(domain, "trust_bundle")),
    trustDomain: textField(domain, "name"),
  }));
}

function inlineText(source: unknown): string {
  const bytes = decodeBase64(textField(source, "inline_bytes"));
  return bytes ? asciiOf(bytes) : "";
}

/** istioctl writes serial numbers at least this long. */
const SERIAL_DIGITS = 32;

function rowOf(
  { state, version, lastUpdated }: DumpedResource,
  name: string,
  { pem, trustDomain }: Bundle,
): SecretRow {
  const certificate = firstCertificate(pem);
  return {
    name,
    state,
    version,
    lastUpdated,
    type: certificate ? (certificate.isAuthority ? "CA" : "Cert Chain") : "",
    serial: certificate ? certificate.serial.padStart(SERIAL_DIGITS, "0") : "",
    notBefore: certificate && instant(certificate.notBefore),
    notAfter: certificate && instant(certificate.notAfter),
    identities: certificate?.uris ?? [],
    trustDomain: certificate ? trustDomain || trustDomainOf(certificate) : "",
  };
}

/** The trust domain of the last SPIFFE identity, as istioctl takes it. */
const trustDomainOf = ({ uris }: Certificate): string =>
  uris.map((uri) => /^spiffe:\/\/([^/]*)/.exec(uri)?.[1] ?? "").findLast(Boolean) ?? "";

/** Whether a certificate is valid at `now`. */
export const isValidAt = ({ notBefore, notAfter }: SecretRow, now: Instant): boolean =>
  notBefore !== undefined && notAfter !== undefined && notBefore < now && now < notAfter;
