import { isAbsolute, sep } from "node:path";
import { pathToFileURL } from "node:url";

/** The URI of a file as it was given on the command line; relative ones stay relative. */
export function fileUri(file: string): string {
  if (file === "-") return "stdin";
  if (isAbsolute(file)) return pathToFileURL(file).href;
  return file.split(sep).map(encodeURIComponent).join("/");
}
