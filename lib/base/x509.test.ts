import "reflect-metadata";
import {
  BasicConstraintsExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { firstCertificate } from "./x509";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" };

async function certificate(serialNumber: string, extensions: "authority" | "workload" | "none") {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const made = await X509CertificateGenerator.createSelfSigned({
    serialNumber,
    name: "O=cluster.local",
    notBefore: new Date("2026-06-01T12:00:00Z"),
    notAfter: new Date("2056-06-01T12:00:00Z"),
    signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
    keys,
    extensions: {
      authority: [new BasicConstraintsExtension(true, undefined, true)],
      workload: [
        new BasicConstraintsExtension(false, undefined, true),
        new SubjectAlternativeNameExtension(
          [
            { type: "url", value: "spiffe://cluster.local/ns/shop/sa/client" },
            { type: "dns", value: "client.shop.svc" },
          ],
          true,
        ),
      ],
      none: [],
    }[extensions],
  });
  return made.toString("pem");
}

describe("firstCertificate", () => {
  test("reads the dates of both centuries, the serial number and the names of a workload", async () => {
    expect(
      firstCertificate(
        `junk\n${await certificate("70e1d2c3b4a5968778695a4b3c2d1e0f", "workload")}`,
      ),
    ).toEqual({
      serial: "70e1d2c3b4a5968778695a4b3c2d1e0f",
      notBefore: Date.parse("2026-06-01T12:00:00Z"),
      notAfter: Date.parse("2056-06-01T12:00:00Z"),
      isAuthority: false,
      uris: ["spiffe://cluster.local/ns/shop/sa/client"],
      dnsNames: ["client.shop.svc"],
    });
  });

  test("tells an authority from what is none, and takes leading zeros off", async () => {
    const authority = firstCertificate(await certificate("00000ab1", "authority"));
    expect(authority).toMatchObject({ isAuthority: true, serial: "ab1", uris: [] });
    expect(firstCertificate(await certificate("01", "none"))).toMatchObject({ isAuthority: false });
  });

  test("what is cut, damaged or no certificate gives nothing", async () => {
    const pem = await certificate("01", "workload");
    const body = pem.split("\n").slice(1, -1).join("");
    const wrapped = (text: string) =>
      `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`;
    expect(firstCertificate("")).toBeUndefined();
    expect(firstCertificate(wrapped("AAAA"))).toBeUndefined();
    expect(firstCertificate(wrapped(body.slice(0, 64)))).toBeUndefined();
    fc.assert(
      fc.property(fc.nat(body.length - 1), fc.base64String({ minLength: 4 }), (at, noise) => {
        // Whatever stands there, it is read or not; it never fails.
        firstCertificate(wrapped(body.slice(0, at - (at % 4)) + noise));
      }),
    );
  });
});
