import { describe, expect, test } from "vitest";
import { REDACTED, redacted } from "./redact";

const base64 = (text: string): string => {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  let bits = "";
  for (const char of text) bits += char.charCodeAt(0).toString(2).padStart(8, "0");
  return (bits.match(/.{1,6}/g) ?? [])
    .map((six) => letters[Number.parseInt(six.padEnd(6, "0"), 2)])
    .join("");
};

describe("redacted", () => {
  test.each([
    ["Envoy's spelling of a key", { private_key: { inline_bytes: "c2VjcmV0" } }],
    ["istiod's spelling", { privateKey: { inlineString: "secret" } }],
    ["a generic secret", { generic_secret: { secret: { inline_string: "secret" } } }],
    ["a password of a plugin", { typed_config: { value: { password: "secret" } } }],
    ["a client secret", { credentials: { client_secret: "secret" } }],
    ["a credential in a header", { header: { key: "Authorization", value: "Bearer secret" } }],
    [
      "a symmetric key inside a key set",
      { inline_string: '{"keys":[{"kty":"oct","k":"secret"}]}' },
    ],
    ["a private key in PEM", { x: "-----BEGIN RSA PRIVATE KEY-----\nsecret" }],
  ])("hides %s", (_name, document) => {
    const text = JSON.stringify(redacted(document));
    expect(text).toContain(REDACTED);
    expect(text).not.toMatch(/secret(?!_|")/i);
    expect(text).not.toContain("c2VjcmV0");
  });

  test.each(["", "x", "xx"])("hides a PEM key in base64, wherever it stands (%j)", (before) => {
    const key = base64(`${before}-----BEGIN RSA PRIVATE KEY-----\nMIIEvQ`);
    expect(redacted({ inline_bytes: key })).toEqual({ inline_bytes: REDACTED });
  });

  test("leaves everything else as it is, certificates and names included", () => {
    const document = {
      certificate_chain: { inline_bytes: base64("-----BEGIN CERTIFICATE-----\nMIID") },
      tls_certificate_sds_secret_configs: [{ name: "kubernetes://shop-cert" }],
      headers: [{ header: { key: "x-env", value: "prod" } }],
      jwks: '{"keys":[{"kty":"RSA","n":"public"}]}',
      weight: 0,
      flag: false,
      none: null,
    };
    expect(redacted(document)).toEqual(document);
  });
});

test("what Envoy has hidden itself keeps its shape", () => {
  const secret = { private_key: { inline_bytes: "W3JlZGFjdGVkXQ==" } };
  expect(redacted(secret)).toEqual(secret);
  const half = {
    keys: { a: 1 },
    session_ticket_keys: {
      keys: [{ inline_bytes: "W3JlZGFjdGVkXQ==" }, { inline_bytes: "c2VjcmV0" }],
    },
  };
  expect(redacted(half)).toEqual({ keys: { a: 1 }, session_ticket_keys: REDACTED });
});
