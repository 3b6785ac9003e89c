import { describe, expect, it } from "vitest";
import { protobufObject } from "./protobuf-object";
import { ProtobufError } from "./protobuf-reader";

const field = (number: number, value: string | Buffer): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([number * 8 + 2, bytes.length]), bytes]);
};
const envelope = (apiVersion: string, kind: string, raw: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from([0x6b, 0x38, 0x73, 0x00]),
    field(1, Buffer.concat([field(1, apiVersion), field(2, kind)])),
    field(2, raw),
  ]);

describe("protobuf bodies", () => {
  it("become the objects that their JSON would be", () => {
    const entry = (key: string, value: string) => Buffer.concat([field(1, key), field(2, value)]);
    const metadata = Buffer.concat([
      field(1, "cm"),
      field(3, "default"),
      field(11, entry("app", "x")),
      field(14, "example.com/a"),
      field(14, "example.com/b"),
    ]);
    const raw = Buffer.concat([
      field(1, metadata),
      field(2, entry("a", "1")),
      field(2, entry("b", "")),
    ]);
    expect(protobufObject(envelope("v1", "ConfigMap", raw))).toEqual({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: {
        name: "cm",
        namespace: "default",
        labels: { app: "x" },
        finalizers: ["example.com/a", "example.com/b"],
      },
      data: { a: "1", b: "" },
    });
  });

  it("of unknown kinds are undefined, and broken ones are refused", () => {
    expect(protobufObject(envelope("v1", "Volcano", Buffer.alloc(0)))).toBeUndefined();
    expect(() => protobufObject(Buffer.from("{}"))).toThrow(ProtobufError);
    const whole = envelope("v1", "ConfigMap", field(1, field(1, "cm")));
    for (let length = 5; length < whole.length; length++) {
      const read = () => protobufObject(whole.subarray(0, length));
      try {
        expect(read()).toSatisfy(
          (value: unknown) => value === undefined || typeof value === "object",
        );
      } catch (error) {
        expect(error).toBeInstanceOf(ProtobufError);
      }
    }
  });
});
