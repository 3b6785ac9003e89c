import type { Json } from "./parts";
import type { DatedCertificate, WorkloadCertificates } from "./workload-certificates";

const DAY_MS = 86_400_000;
const isoTime = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");

const certificate = (
  { serialNumber, notBefore, notAfter }: DatedCertificate,
  names: readonly Json[],
  now: number,
): Json => ({
  path: "<inline>",
  serial_number: serialNumber,
  subject_alt_names: names,
  // Envoy prints 64-bit numbers as text, and zero once a certificate is over.
  days_until_expiration: String(Math.max(0, Math.floor((notAfter - now) / DAY_MS))),
  valid_from: isoTime(notBefore),
  expiration_time: isoTime(notAfter),
});

/** `/certs` of an Envoy; `now` in ms since the epoch. */
export const certsPage = ({ chain, root, identity }: WorkloadCertificates, now: number): Json => ({
  certificates: [
    {
      ca_cert: [certificate(root, [], now)],
      cert_chain: [certificate(chain, [{ uri: identity }], now)],
    },
  ],
});
