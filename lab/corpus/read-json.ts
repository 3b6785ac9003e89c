import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Reads a file of the corpus; the caller knows its shape. */
export const readJson = <T>(...path: readonly string[]): T =>
  JSON.parse(readFileSync(join(...path), "utf8")) as T;
