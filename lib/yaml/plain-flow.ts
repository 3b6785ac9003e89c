import { addField, keyAt, NotPlain, plainScalar, quotedText, type Read } from "./plain-scalar";
import type { OffsetRange } from "./text-range";

const DEPTH = 10;
const PLAIN = /[^\s,[\]{}"'#&*!|>%@`:?-][^,[\]{}:#\n"']*/y;
const PLAIN_SIGNED = /-[0-9a-zA-Z][^,[\]{}:#\n"']*/y;

/** A scalar of one line, or a flow collection of one line, that ends where the line does. @throws NotPlain */
export function inlineValue(
  text: string,
  { start, end }: OffsetRange,
  hasOldBooleans: boolean,
): unknown {
  const first = text.charAt(start);
  if (first === '"' || first === "'") return alone(text, end, quotedText(text, start));
  if (first === "[" || first === "{") {
    return alone(text, end, new FlowReader(text, hasOldBooleans).read(start, 0));
  }
  if ("&*!|>%@`,]}#?:".includes(first)) throw new NotPlain();
  if (first === "-" && (start + 1 === end || text.charAt(start + 1) === " ")) throw new NotPlain();
  const source = text.slice(start, scalarEnd(text, { start, end }));
  if (source.includes(": ") || source.endsWith(":")) throw new NotPlain();
  return plainScalar(source, hasOldBooleans);
}

/** Where a scalar of one line ends that begins at `start`, on a line that ends at `end`. @throws NotPlain */
export function scalarEnd(text: string, { start, end }: OffsetRange): number {
  const first = text.charAt(start);
  if (first === '"' || first === "'") return quotedText(text, start).end;
  const line = text.slice(start, end);
  const comment = line.indexOf(" #");
  return start + (comment >= 0 ? line.slice(0, comment) : line).trimEnd().length;
}

/** Refuses a value that something other than a comment follows on its line. */
function alone(text: string, end: number, read: Read<unknown>): unknown {
  if (read.end !== end && !/^ +(?:#.*)?$/.test(text.slice(read.end, end))) throw new NotPlain();
  return read.value;
}

class FlowReader {
  constructor(
    private readonly text: string,
    private readonly hasOldBooleans: boolean,
  ) {}

  read(start: number, depth: number): Read<unknown> {
    if (depth > DEPTH) throw new NotPlain();
    const first = this.text.charAt(start);
    if (first === "[") return this.list(start, depth);
    if (first === "{") return this.record(start, depth);
    if (first === '"' || first === "'") return quotedText(this.text, start);
    const pattern = first === "-" ? PLAIN_SIGNED : PLAIN;
    pattern.lastIndex = start;
    const [source] = pattern.exec(this.text) ?? [];
    if (source === undefined) throw new NotPlain();
    return {
      value: plainScalar(source.trimEnd(), this.hasOldBooleans),
      end: start + source.length,
    };
  }

  private list(start: number, depth: number): Read<unknown[]> {
    const value: unknown[] = [];
    const end = this.items("]", start, (at) => {
      const item = this.read(at, depth + 1);
      value.push(item.value);
      return item.end;
    });
    return { value, end };
  }

  private record(start: number, depth: number): Read<Record<string, unknown>> {
    const value: Record<string, unknown> = {};
    const end = this.items("}", start, (at) => {
      const key = keyAt(this.text, at);
      if (!key) throw new NotPlain();
      const item = this.read(this.skipSpaces(key.end), depth + 1);
      addField(value, key.value, item.value);
      return item.end;
    });
    return { value, end };
  }

  /** Reads what stands between brackets; gives the offset behind the closing one. */
  private items(close: string, start: number, item: (at: number) => number): number {
    let at = this.skipSpaces(start + 1);
    if (this.text.charAt(at) === close) return at + 1;
    for (;;) {
      at = this.skipSpaces(item(at));
      const mark = this.text.charAt(at);
      if (mark === close) return at + 1;
      if (mark !== ",") throw new NotPlain();
      at = this.skipSpaces(at + 1);
    }
  }

  private skipSpaces(from: number): number {
    let at = from;
    while (this.text.charCodeAt(at) === 0x20) at++;
    return at;
  }
}
