import fc from "fast-check";
import { expect, test } from "vitest";
import { asciiOf, decodeBase64 } from "./base64";

test("gives back the bytes of any text, with or without line breaks", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const text = Buffer.from(bytes).toString("base64");
      expect(decodeBase64(text)).toEqual(bytes);
      expect(decodeBase64(text.replace(/(.{8})/g, "$1\r\n"))).toEqual(bytes);
      expect(asciiOf(bytes)).toBe(Buffer.from(bytes).toString("latin1"));
    }),
  );
});

test.each(["A", "AB=C", "AA-_", "====", "AAAA="])("%j is none", (text) => {
  expect(decodeBase64(text)).toBeUndefined();
});
