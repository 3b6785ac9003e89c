import type { FieldCause } from "@/lib/base/errors";
import { AppError } from "@/lib/base/errors";
import { type FieldPath, formatPath, parsePath } from "@/lib/yaml/field-path";
import { locate } from "@/lib/yaml/locate";
import { parseYaml } from "@/lib/yaml/parse";

/** One field that the server refused, at its place in the user's text. */
interface PlacedCause extends FieldCause {
  /** 1-based. */
  readonly line: number;
  readonly column: number;
}

/** What the API server, its schemas and its webhooks say of a draft. */
export type Verdict =
  | {
      readonly type: "accepted";
      /** The `Warning` headers, in the server's words. */
      readonly warnings: readonly string[];
      /** YAML of the object as it would be stored, defaults filled in. */
      readonly result: string;
    }
  | {
      readonly type: "refused";
      readonly message: string;
      readonly hint: string | undefined;
      readonly causes: readonly PlacedCause[];
    }
  /** Somebody wrote meanwhile; the draft must be rebased first. */
  | { readonly type: "conflict"; readonly message: string }
  /** The draft cannot be sent as it is. */
  | { readonly type: "blocked"; readonly reason: string };

/** The verdict that an error of the write path is, or undefined when it is none but a failure. */
export function verdictOfError(error: unknown, text: string): Verdict | undefined {
  if (!(error instanceof AppError)) return undefined;
  if (error.code === "conflict") return { type: "conflict", message: error.message };
  if (error.code !== "invalid" && error.code !== "forbidden" && error.code !== "not-found") {
    return undefined;
  }
  return {
    type: "refused",
    message: error.message,
    hint: error.hint,
    causes: placeCauses(error, text),
  };
}

/** Finds the fields that a server names in the text that was sent. */
function placeCauses({ causes, message }: AppError, text: string): readonly PlacedCause[] {
  const parsed = parseYaml(text);
  const document = parsed.documents.find(({ value }) => value !== null);
  if (!document) return causes.map((cause) => ({ ...cause, line: 1, column: 1 }));
  const named = causes.length > 0 ? causes : quotedCauses(message, document.value);
  return named.map((cause) => {
    const { line, column } = locate(parsed, document, parsePath(cause.field) ?? []).range;
    return { ...cause, line, column };
  });
}

const QUOTED = /"([^"]+)"/g;

/**
 * istiod's webhook names no field, but often quotes the value that it refuses, as in `"soon" is not
 * a valid retryOn policy`: the one field that holds it is at fault.
 */
function quotedCauses(message: string, value: unknown): readonly FieldCause[] {
  const [, said = message] = /configuration is invalid: (.*)$/s.exec(message) ?? [];
  return [...said.matchAll(QUOTED)].flatMap(([, quoted = ""]) => {
    const [path, ...others] = pathsTo(quoted, value);
    return path && others.length === 0 ? [{ field: formatPath(path), message: said }] : [];
  });
}

/** Where a text is the value of a field. */
function pathsTo(text: string, value: unknown): FieldPath[] {
  if (value === text) return [[]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    pathsTo(text, inner).map((path) => [Array.isArray(value) ? Number(key) : key, ...path]),
  );
}
