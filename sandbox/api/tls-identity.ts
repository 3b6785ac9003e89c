import "reflect-metadata";
import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

/** A server's certificate and its key, as PEM texts. */
export interface ServerCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** What an HTTPS server and its clients need, as PEM texts. */
export interface TlsIdentity extends ServerCertificate {
  readonly ca: string;
  /** Another certificate of the same authority, valid for `validMs` from now; it is over if that is negative. */
  renew(validMs: number): Promise<ServerCertificate>;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY_MS = 86_400_000;
/** How long certificates are valid. */
export const VALID_MS = 365 * DAY_MS;

/** Certificates are about the machine's time, whatever time it is in the sandbox. */
const machineNow = (): number => performance.timeOrigin + performance.now();

/** Makes a new authority, and a server certificate of its for this machine's loopback addresses. */
export async function makeTlsIdentity(): Promise<TlsIdentity> {
  const crypto = webcrypto as Crypto;
  x509.cryptoProvider.set(crypto);
  const keys = await newKeys();
  const now = machineNow();
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    notBefore: new Date(now - 2 * DAY_MS),
    notAfter: new Date(now + VALID_MS),
    signingAlgorithm: ALGORITHM,
    serialNumber: "01",
    name: "CN=quarterdeck-sandbox-ca",
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  let serial = 1;
  const renew = (validMs: number) => serverCertificate({ ca, keys, serial: ++serial }, validMs);
  return { ca: ca.toString("pem"), ...(await renew(VALID_MS)), renew };
}

const newKeys = () => webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);

async function serverCertificate(
  authority: { ca: x509.X509Certificate; keys: CryptoKeyPair; serial: number },
  validMs: number,
): Promise<ServerCertificate> {
  const { ca, serial } = authority;
  const keys = await newKeys();
  const now = machineNow();
  const server = await x509.X509CertificateGenerator.create({
    notBefore: new Date(now - 2 * DAY_MS),
    notAfter: new Date(now + validMs),
    signingAlgorithm: ALGORITHM,
    serialNumber: serial.toString(16).padStart(2, "0"),
    subject: "CN=quarterdeck-sandbox",
    issuer: ca.subject,
    signingKey: authority.keys.privateKey,
    publicKey: keys.publicKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: "dns", value: "localhost" },
        { type: "ip", value: "127.0.0.1" },
        { type: "ip", value: "::1" },
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(ca),
    ],
  });
  const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    certificate: server.toString("pem"),
    key: x509.PemConverter.encode(pkcs8, "PRIVATE KEY"),
  };
}
