import "reflect-metadata";
import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import type { SimulationClock } from "@/sandbox/contracts";
import type { ProxyPod } from "../proxy-pod";
import { seededHex } from "../seeded-delay";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const HOUR_MS = 3_600_000;
/** A workload's certificate is good for a day, and valid from two minutes before it was made. */
const WORKLOAD_MS = 24 * HOUR_MS;
const BEFORE_MS = 120_000;
const ROOT_MS = 10 * 365 * WORKLOAD_MS;

/** The certificates that a proxy holds, as PEM texts. Their keys are thrown away. */
export interface WorkloadCertificates {
  readonly chain: string;
  readonly root: string;
  /** ms since the epoch */
  readonly issuedAt: number;
}

/** The mesh's authority: made when first asked, it gives each pod one certificate. */
export function workloadAuthority(
  clock: SimulationClock,
): (pod: ProxyPod) => Promise<WorkloadCertificates> {
  const crypto = webcrypto as Crypto;
  const newKeys = () => crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const makeRoot = async () => {
    x509.cryptoProvider.set(crypto);
    const keys = await newKeys();
    const root = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: seededHex("root", 16),
      name: "O=cluster.local",
      notBefore: new Date(clock.now()),
      notAfter: new Date(clock.now() + ROOT_MS),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
    });
    return { root, keys };
  };
  let authority: ReturnType<typeof makeRoot> | undefined;
  const issued = new Map<string, Promise<WorkloadCertificates>>();

  const issue = async (pod: ProxyPod): Promise<WorkloadCertificates> => {
    authority ??= makeRoot();
    const { root, keys } = await authority;
    const issuedAt = clock.now();
    const uri = `spiffe://cluster.local/ns/${pod.namespace}/sa/${pod.serviceAccount}`;
    const leaf = await x509.X509CertificateGenerator.create({
      serialNumber: seededHex(pod.uid, 16),
      subject: "",
      issuer: root.subject,
      notBefore: new Date(issuedAt - BEFORE_MS),
      notAfter: new Date(issuedAt + WORKLOAD_MS),
      signingAlgorithm: ALGORITHM,
      signingKey: keys.privateKey,
      publicKey: (await newKeys()).publicKey,
      extensions: [
        new x509.SubjectAlternativeNameExtension([{ type: "url", value: uri }], true),
        new x509.ExtendedKeyUsageExtension([
          x509.ExtendedKeyUsage.serverAuth,
          x509.ExtendedKeyUsage.clientAuth,
        ]),
      ],
    });
    return { chain: leaf.toString("pem"), root: root.toString("pem"), issuedAt };
  };
  return (pod) => {
    const known = issued.get(pod.uid);
    if (known) return known;
    const made = issue(pod);
    issued.set(pod.uid, made);
    return made;
  };
}
