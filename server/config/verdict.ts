import type { FieldCause } from "@/lib/base/errors";
import { AppError } from "@/lib/base/errors";
import { parsePath } from "@/lib/yaml/field-path";
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
    causes: placeCauses(error.causes, text),
  };
}

/** Finds the fields that a server names in the text that was sent. */
function placeCauses(causes: readonly FieldCause[], text: string): readonly PlacedCause[] {
  const parsed = parseYaml(text);
  const document = parsed.documents.find(({ value }) => value !== null);
  return causes.map((cause) => {
    const path = parsePath(cause.field) ?? [];
    const { line, column } = document
      ? locate(parsed, document, path).range
      : { line: 1, column: 1 };
    return { ...cause, line, column };
  });
}
