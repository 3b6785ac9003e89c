/** One field of a protobuf message, as it stands on the wire. */
export interface WireField {
  readonly number: number;
  /** Of fields of wire type 0. */
  readonly integer: number;
  /** Of fields of wire type 2. */
  readonly bytes: Buffer;
}

/** A body that is no protobuf message. */
export class ProtobufError extends Error {
  override readonly name = "ProtobufError";
}

/** Splits a message into its fields, in order. Fixed-size numbers are passed over. @throws ProtobufError */
export function wireFields(message: Buffer): readonly WireField[] {
  const fields: WireField[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++];
      if (byte === undefined || shift > 63n) throw new ProtobufError("truncated number");
      value += BigInt(byte & 127) << shift;
      if (byte < 128) return Number(BigInt.asIntN(64, value));
    }
  };
  const take = (length: number): Buffer => {
    if (length < 0 || at + length > message.length) throw new ProtobufError("truncated field");
    at += length;
    return message.subarray(at - length, at);
  };
  const none = Buffer.alloc(0);
  while (at < message.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0:
        fields.push({ number, integer: varint(), bytes: none });
        break;
      case 1:
        take(8);
        break;
      case 2:
        fields.push({ number, integer: 0, bytes: take(varint()) });
        break;
      case 5:
        take(4);
        break;
      default:
        throw new ProtobufError(`wire type ${tag % 8} is not used by Kubernetes`);
    }
  }
  return fields;
}
