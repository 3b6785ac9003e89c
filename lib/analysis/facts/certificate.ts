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
  const pem = data.get(pair[0]) ?? "";
  const der = pemBody(pem);
  const validity = der && validityOf(der);
  if (!validity) return "unreadable";
  if (now === undefined) return "valid";
  return validity.from <= now && now <= validity.to ? "valid" : "expired";
}

/** The values of a Secret, decoded; `stringData` wins only where the API server has read it. */
function secretData(secret: KubeObject): ReadonlyMap<string, string> {
  const entries = new Field(secret).at("data").entries();
  return new Map(
    entries.flatMap(([name, { value }]) => {
      const text = typeof value === "string" ? decodeBase64(value) : undefined;
      return text === undefined ? [] : [[name, text] as const];
    }),
  );
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Bytes as characters of their code; undefined for what is no base64. */
function decodeBase64(text: string): string | undefined {
  const clean = text.replace(/[\r\n]/g, "");
  if (clean.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(clean)) return undefined;
  const bytes: string[] = [];
  let [bits, held] = [0, 0];
  for (const letter of clean.replace(/=+$/, "")) {
    bits = ((bits << 6) | ALPHABET.indexOf(letter)) & 0xffffff;
    held += 6;
    if (held >= 8) bytes.push(String.fromCharCode((bits >> (held -= 8)) & 0xff));
  }
  return bytes.join("");
}

const PEM = /-----BEGIN ([^-\n]*)-----\r?\n((?:[^-]|-(?!----END ))*?)\r?\n?-----END \1-----/;

function pemBody(text: string): string | undefined {
  const body = PEM.exec(text)?.[2];
  return body === undefined ? undefined : decodeBase64(body.replace(/\s/g, ""));
}

/** The dates of an X.509 certificate in ms; undefined for what is none. */
function validityOf(der: string): { readonly from: number; readonly to: number } | undefined {
  const certificate = element(der, 0);
  const body = certificate?.tag === SEQUENCE ? element(der, certificate.start) : undefined;
  if (body?.tag !== SEQUENCE) return undefined;
  let at = body.start;
  // [version], serialNumber, signature, issuer, validity.
  const first = element(der, at);
  const skipped = first?.tag === 0xa0 ? 4 : 3;
  for (let index = 0; index < skipped; index++) {
    const next = element(der, at);
    if (!next) return undefined;
    at = next.end;
  }
  const validity = element(der, at);
  const from = validity?.tag === SEQUENCE ? element(der, validity.start) : undefined;
  const to = from && element(der, from.end);
  if (!from || !to) return undefined;
  const dates = { from: dateOf(der, from), to: dateOf(der, to) };
  return Number.isNaN(dates.from) || Number.isNaN(dates.to) ? undefined : dates;
}

const SEQUENCE = 0x30;
const GENERALIZED_TIME = 0x18;

interface DerElement {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

function element(der: string, at: number): DerElement | undefined {
  if (at + 2 > der.length) return undefined;
  const tag = der.charCodeAt(at);
  let length = der.charCodeAt(at + 1);
  let start = at + 2;
  if (length >= 0x80) {
    const count = length & 0x7f;
    if (count === 0 || count > 4) return undefined;
    length = 0;
    for (let index = 0; index < count; index++) length = length * 256 + der.charCodeAt(start++);
  }
  const end = start + length;
  return end <= der.length ? { tag, start, end } : undefined;
}

function dateOf(der: string, { tag, start, end }: DerElement): number {
  const text = der.slice(start, end);
  const match =
    tag === GENERALIZED_TIME
      ? /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text)
      : /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!match) return Number.NaN;
  const [year = 0, month = 0, day, hour, minute, second] = match.slice(1).map(Number);
  const full = tag === GENERALIZED_TIME ? year : year + (year < 50 ? 2000 : 1900);
  return Date.UTC(full, month - 1, day, hour, minute, second);
}
