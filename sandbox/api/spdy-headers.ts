import { constants, createDeflate, createInflate, type Deflate, type Inflate } from "node:zlib";
import { SPDY_DICTIONARY } from "./spdy-dictionary";

/** Headers of a stream; names are in lower case. */
export type SpdyHeaders = Readonly<Record<string, string>>;

/**
 * Reads and writes the header blocks of one connection. Each direction is one stream of zlib, so
 * blocks must be handed over in the order of the wire, one after the other.
 */
export class HeaderCodec {
  private readonly inflate: Inflate = createInflate({ dictionary: SPDY_DICTIONARY });
  private readonly deflate: Deflate = createDeflate({ dictionary: SPDY_DICTIONARY });

  /** @throws when the block is no zlib */
  async read(block: Buffer): Promise<SpdyHeaders> {
    const plain = await passed(this.inflate, (done) => this.inflate.write(block, done));
    const headers: Record<string, string> = {};
    let at = 0;
    const number = (): number => {
      const value = plain.readUInt32BE(at);
      at += 4;
      return value;
    };
    const text = (): string => {
      const length = number();
      at += length;
      return plain.toString("utf8", at - length, at);
    };
    for (let left = number(); left > 0; left--) {
      const name = text().toLowerCase();
      headers[name] = text();
    }
    return headers;
  }

  async write(headers: SpdyHeaders): Promise<Buffer> {
    const entries = Object.entries(headers);
    const plain = Buffer.concat([
      number32(entries.length),
      ...entries.flatMap(([name, value]) => [counted(name), counted(value)]),
    ]);
    return passed(this.deflate, (done) => {
      this.deflate.write(plain);
      this.deflate.flush(constants.Z_SYNC_FLUSH, () => done());
    });
  }

  close(): void {
    this.inflate.destroy();
    this.deflate.destroy();
  }
}

/** A number of 32 bits, as it stands on the wire. */
export function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

const counted = (text: string): Buffer => {
  const bytes = Buffer.from(text);
  return Buffer.concat([number32(bytes.length), bytes]);
};

/** What a zlib stream gives out while it takes something in. */
async function passed(
  stream: Inflate | Deflate,
  take: (done: (error?: Error | null) => void) => void,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const collect = (chunk: Buffer): void => {
    chunks.push(chunk);
  };
  stream.on("data", collect);
  try {
    await new Promise<void>((resolve, reject) => {
      stream.once("error", reject);
      take((error) => {
        stream.off("error", reject);
        if (error) reject(error);
        else resolve();
      });
    });
  } finally {
    stream.off("data", collect);
  }
  return Buffer.concat(chunks);
}
