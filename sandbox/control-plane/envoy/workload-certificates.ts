import "reflect-metadata";
import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import type { SimulationClock } from "@/sandbox/contracts";
import type { FaultBoard } from "../control-plane-faults";
import type { ProxyPod } from "../proxy-pod";
import { seededHex } from "../seeded-delay";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const HOUR_MS = 3_600_000;
/** A workload's certificate is good for a day, and valid from two minutes before it was made. */
const WORKLOAD_MS = 24 * HOUR_MS;
const BEFORE_MS = 120_000;
const ROOT_MS = 10 * 365 * WORKLOAD_MS;

/** One certificate, its times in ms since the epoch. */
export interface DatedCertificate {
  readonly pem: string;
  readonly serialNumber: string;
  readonly notBefore: number;
  readonly notAfter: number;
}

/** The certificates that a proxy holds. Their keys are thrown away. */
export interface WorkloadCertificates {
  readonly chain: DatedCertificate;
  readonly root: DatedCertificate;
  /** The SPIFFE identity in the chain. */
  readonly identity: string;
  /** ms since the epoch */
  readonly issuedAt: number;
}

/** The mesh's authority. */
export interface WorkloadAuthority {
  /** The certificates of a proxy: renewed when half of their time is over, as its agent does. */
  readonly certificatesOf: (pod: ProxyPod) => Promise<WorkloadCertificates>;
  /** When the root certificate ends, ms since the epoch. */
  rootEnd(): number;
}

interface Authority {
  readonly root: x509.X509Certificate;
  readonly keys: CryptoKeyPair;
  readonly dated: DatedCertificate;
}

interface Issued {
  readonly key: string;
  readonly renewAt: number;
  readonly certificates: Promise<WorkloadCertificates>;
}

const dated = (certificate: x509.X509Certificate): DatedCertificate => ({
  pem: certificate.toString("pem"),
  serialNumber: certificate.serialNumber,
  notBefore: certificate.notBefore.getTime(),
  notAfter: certificate.notAfter.getTime(),
});

/** An authority that makes its keys when it is first asked. */
export function workloadAuthority(clock: SimulationClock, faults: FaultBoard): WorkloadAuthority {
  const crypto = webcrypto as Crypto;
  const newKeys = () => crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const startedAt = clock.now();
  const rootEnd = (): number => faults.validityOf("root")?.until ?? startedAt + ROOT_MS;

  const makeRoot = async (): Promise<Authority> => {
    x509.cryptoProvider.set(crypto);
    const keys = await newKeys();
    const root = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: seededHex(`root/${rootEnd()}`, 16),
      name: "O=cluster.local",
      notBefore: new Date(startedAt),
      notAfter: new Date(rootEnd()),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
    });
    return { root, keys, dated: dated(root) };
  };
  let authority: { readonly end: number; readonly made: Promise<Authority> } | undefined;
  const currentRoot = (): Promise<Authority> => {
    if (authority?.end !== rootEnd()) authority = { end: rootEnd(), made: makeRoot() };
    return authority.made;
  };

  const issue = async (pod: ProxyPod, end: number): Promise<WorkloadCertificates> => {
    const { root, keys, dated: rootDates } = await currentRoot();
    const issuedAt = clock.now();
    const identity = `spiffe://cluster.local/ns/${pod.namespace}/sa/${pod.serviceAccount}`;
    const leaf = await x509.X509CertificateGenerator.create({
      serialNumber: seededHex(`${pod.uid}/${issuedAt}`, 16),
      subject: "",
      issuer: root.subject,
      notBefore: new Date(issuedAt - BEFORE_MS),
      notAfter: new Date(end),
      signingAlgorithm: ALGORITHM,
      signingKey: keys.privateKey,
      publicKey: (await newKeys()).publicKey,
      extensions: [
        new x509.SubjectAlternativeNameExtension([{ type: "url", value: identity }], true),
        new x509.ExtendedKeyUsageExtension([
          x509.ExtendedKeyUsage.serverAuth,
          x509.ExtendedKeyUsage.clientAuth,
        ]),
      ],
    });
    return { chain: dated(leaf), root: rootDates, identity, issuedAt };
  };

  const issued = new Map<string, Issued>();
  return {
    rootEnd,
    certificatesOf(pod) {
      const fault = faults.validityOf(pod);
      const key = `${fault?.version ?? 0}/${rootEnd()}`;
      const known = issued.get(pod.uid);
      const now = clock.now();
      if (known?.key === key && now < known.renewAt) return known.certificates;
      const end = fault?.until ?? now + WORKLOAD_MS;
      // Whom a fault has given a short time is not renewed: that is the fault.
      const renewAt = fault ? Infinity : now + WORKLOAD_MS / 2;
      const certificates = issue(pod, end);
      issued.set(pod.uid, { key, renewAt, certificates });
      return certificates;
    },
  };
}
