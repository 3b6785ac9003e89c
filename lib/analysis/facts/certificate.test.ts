import { expect, test } from "vitest";
import { certificateState } from "./certificate";

/** Self-signed, from 2026-01-01 to 2027-01-01. */
const hex = (text: string): string => text.replace(/\s/g, "");
const der = (tag: string, body: string): string => {
  const length = body.length / 2;
  const size =
    length < 128
      ? length.toString(16).padStart(2, "0")
      : `82${length.toString(16).padStart(4, "0")}`;
  return `${tag}${size}${body}`;
};
const utc = (text: string): string => der("17", Buffer.from(text).toString("hex"));
const body = der(
  "30",
  hex("a003020102 020101 3000 3000") + der("30", utc("260101000000Z") + utc("270101000000Z")),
);
const certificate = Buffer.from(der("30", body), "hex").toString("base64");
const pem = `-----BEGIN CERTIFICATE-----\n${certificate}\n-----END CERTIFICATE-----\n`;

const secret = (data: Readonly<Record<string, string>>) => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "s" },
  data: Object.fromEntries(
    Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString("base64")]),
  ),
});
const at = (date: string): number => Date.parse(date);

test.each([
  [{ "tls.crt": pem, "tls.key": "k" }, at("2026-06-01"), "valid"],
  [{ cert: pem, key: "k" }, at("2026-06-01"), "valid"],
  [{ "tls.crt": pem, "tls.key": "k" }, at("2027-06-01"), "expired"],
  [{ "tls.crt": pem, "tls.key": "k" }, at("2025-06-01"), "expired"],
  [{ "tls.crt": pem, "tls.key": "k" }, undefined, "valid"],
  [{ "tls.crt": "no certificate", "tls.key": "k" }, 0, "unreadable"],
  [{ "tls.crt": pem.replace("MC4", "AAA"), "tls.key": "k" }, 0, "unreadable"],
  [{ "tls.crt": pem }, 0, "missing"],
  [{ "tls.crt": pem, "tls.key": "" }, 0, "missing"],
] as const)("%#: %j at %s is %s", (data, now, state) => {
  expect(certificateState(secret(data), now)).toBe(state);
});
