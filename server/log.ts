import { isRecord, without } from "@/lib/k8s/json-value";
import type { Clock } from "./ports";

/** Structured lines on standard error. The only home of output in server code. */
export interface Logger {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

const SECRET_FIELD = /token|authorization|password|passphrase|secret|cookie|private|credential/i;
const SECRET_TEXT = /\b(Bearer|Basic)\s+[\w.~+/=-]+|:\/\/[^\s/@]+@|\beyJ[\w-]+\.[\w-]+\.[\w-]*/g;
const REDACTED = "[redacted]";
const MAX_DEPTH = 5;
const MAX_TEXT = 4_000;

/**
 * Writes one JSON object a line; JSON's escapes keep line breaks and terminal codes harmless.
 * Fields that are named like secrets, and credentials inside texts, are left out.
 */
export function jsonLogger(clock: Clock, write: (line: string) => void): Logger {
  const log =
    (level: string) =>
    (fields: Readonly<Record<string, unknown>>, message: string): void => {
      const time = new Date(clock.now()).toISOString();
      const line = { time, level, message: plain(message, 0), ...withoutOwn(plain(fields, 0)) };
      write(`${escaped(JSON.stringify(line))}\n`);
    };
  return { info: log("info"), warn: log("warn"), error: log("error") };
}

/** The logger of this process. */
export const processLogger = (clock: Clock): Logger =>
  jsonLogger(clock, (line) => process.stderr.write(line));

/** The fields of a line cannot pose as its time, level or message. */
const withoutOwn = (fields: unknown) =>
  isRecord(fields) ? without(fields, "time", "level", "message") : {};

/** JSON leaves DEL and the C1 controls alone; terminals obey them. */
const escaped = (line: string): string =>
  line.replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

function plain(value: unknown, depth: number): unknown {
  if (typeof value === "string") return value.slice(0, MAX_TEXT).replace(SECRET_TEXT, REDACTED);
  if (typeof value === "bigint") return value.toString();
  if (depth > MAX_DEPTH) return "[deep]";
  if (value instanceof Error) {
    const { name, message, stack, cause } = value;
    return plain({ name, message, stack, ...(cause === undefined ? {} : { cause }) }, depth + 1);
  }
  if (Array.isArray(value)) return value.map((item) => plain(item, depth + 1));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([field, item]) => [
      field,
      SECRET_FIELD.test(field) && item !== undefined ? REDACTED : plain(item, depth + 1),
    ]),
  );
}
