import { asciiOf, decodeBase64 } from "./base64";

/** What we read of an X.509 certificate (RFC 5280). Times are milliseconds since the Unix epoch. */
export interface Certificate {
  /** Lower-case hexadecimal digits, without leading zeros. */
  readonly serial: string;
  readonly notBefore: number;
  readonly notAfter: number;
  /** Whether it may sign others (basic constraints). */
  readonly isAuthority: boolean;
  /** URIs among its alternative names: the SPIFFE identity of a workload. */
  readonly uris: readonly string[];
  /** DNS names among its alternative names. */
  readonly dnsNames: readonly string[];
}

/** The first certificate of a text in PEM; undefined where it has none or it cannot be read. */
export function firstCertificate(pem: string): Certificate | undefined {
  const body = BLOCK.exec(pem)?.[2];
  const der = body === undefined ? undefined : decodeBase64(body.replace(/\s/g, ""));
  return der && readCertificate(der);
}

/** Go's `pem.Decode` takes a block of any name. */
const BLOCK = /-----BEGIN ([^-\n]*)-----\r?\n((?:[^-]|-(?!----END ))*?)\r?\n?-----END \1-----/;

const TAG = {
  boolean: 0x01,
  integer: 0x02,
  octets: 0x04,
  objectId: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  version: 0xa0,
  extensions: 0xa3,
  dnsName: 0x82,
  uri: 0x86,
} as const;

/** Object identifiers in hexadecimal. */
const BASIC_CONSTRAINTS = "551d13";
const ALTERNATIVE_NAMES = "551d11";

interface Element {
  readonly tag: number;
  readonly value: Uint8Array;
}

/** The elements that follow one another in `der`; undefined where it is cut or not in DER. */
function elements(der: Uint8Array): readonly Element[] | undefined {
  const found: Element[] = [];
  let at = 0;
  while (at < der.length) {
    const tag = der[at];
    let length = der[at + 1];
    if (tag === undefined || length === undefined) return undefined;
    at += 2;
    if (length >= 0x80) {
      const count = length & 0x7f;
      if (count === 0 || count > 4 || at + count > der.length) return undefined;
      length = 0;
      for (const byte of der.subarray(at, at + count)) length = length * 256 + byte;
      at += count;
    }
    if (at + length > der.length) return undefined;
    found.push({ tag, value: der.subarray(at, at + length) });
    at += length;
  }
  return found;
}

const children = (element: Element | undefined, tag: number): readonly Element[] =>
  element?.tag === tag ? (elements(element.value) ?? []) : [];

/** TBSCertificate: [version], serialNumber, signature, issuer, validity, subject, key, …, [extensions]. */
function readCertificate(der: Uint8Array): Certificate | undefined {
  const [signed] = children(elements(der)?.[0], TAG.sequence);
  const fields = children(signed, TAG.sequence);
  const [serial, , , validity] = fields[0]?.tag === TAG.version ? fields.slice(1) : fields;
  const [from, to] = children(validity, TAG.sequence);
  if (serial?.tag !== TAG.integer || !from || !to) return undefined;
  const [notBefore, notAfter] = [dateOf(from), dateOf(to)];
  if (Number.isNaN(notBefore) || Number.isNaN(notAfter)) return undefined;
  const extensions = extensionsOf(fields);
  const names = namesOf(extensions.get(ALTERNATIVE_NAMES));
  return {
    serial: hex(serial.value).replace(/^0+(?=.)/, ""),
    notBefore,
    notAfter,
    isAuthority: isAuthority(extensions.get(BASIC_CONSTRAINTS)),
    uris: names(TAG.uri),
    dnsNames: names(TAG.dnsName),
  };
}

const hex = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** The values of a certificate's extensions by object identifier. */
function extensionsOf(fields: readonly Element[]): ReadonlyMap<string, Uint8Array> {
  const [list] = children(
    fields.find(({ tag }) => tag === TAG.extensions),
    TAG.extensions,
  );
  return new Map(
    children(list, TAG.sequence).flatMap((extension) => {
      const parts = children(extension, TAG.sequence);
      const id = parts[0];
      const value = parts.at(-1);
      return id?.tag === TAG.objectId && value?.tag === TAG.octets
        ? [[hex(id.value), value.value] as const]
        : [];
    }),
  );
}

function isAuthority(constraints: Uint8Array | undefined): boolean {
  const [flag] = children(constraints && elements(constraints)?.[0], TAG.sequence);
  return flag?.tag === TAG.boolean && flag.value[0] !== 0;
}

function namesOf(value: Uint8Array | undefined): (wanted: number) => readonly string[] {
  const names = children(value && elements(value)?.[0], TAG.sequence);
  return (wanted) =>
    names.flatMap(({ tag, value: name }) => (tag === wanted ? [asciiOf(name)] : []));
}

/** UTCTime ends at 2049; years from 50 belong to the century before (RFC 5280, 4.1.2.5.1). */
function dateOf({ tag, value }: Element): number {
  const text = asciiOf(value);
  const match =
    tag === TAG.generalizedTime
      ? /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text)
      : tag === TAG.utcTime
        ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text)
        : null;
  if (!match) return Number.NaN;
  const [year = 0, month = 0, day, hour, minute, second] = match.slice(1).map(Number);
  const full = tag === TAG.generalizedTime ? year : year + (year < 50 ? 2000 : 1900);
  return Date.UTC(full, month - 1, day, hour, minute, second);
}
