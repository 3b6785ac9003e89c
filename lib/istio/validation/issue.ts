import type { Field } from "@/lib/yaml/field";
import type { FieldPath } from "@/lib/yaml/field-path";

/** What istiod's validating webhook says of one field of one object. */
export interface ValidationIssue {
  /** An object with an Error is refused; Warnings go back to the client with an accepted one. */
  readonly level: "Error" | "Warning";
  readonly path: FieldPath;
  /** In istiod's words. */
  readonly message: string;
  /** Where `istioctl analyze` has a message of its own for this warning: which, and its parameters. */
  readonly analysis?: {
    readonly code: "IST0130" | "IST0131";
    readonly parameters: readonly string[];
  };
}

/** Gathers the issues of one object. */
export class Issues {
  readonly found: ValidationIssue[] = [];

  error(at: Field, message: string): void {
    this.found.push({ level: "Error", path: at.path, message });
  }

  warn(at: Field, message: string, analysis?: ValidationIssue["analysis"]): void {
    this.found.push({ level: "Warning", path: at.path, message, ...(analysis && { analysis }) });
  }

  /** An error when there is a problem. */
  check(at: Field, problem: string | undefined): void {
    if (problem !== undefined) this.error(at, problem);
  }

  /** Takes over the errors of a part whose warnings istiod loses on the way. */
  errorsOf(part: (issues: Issues) => void): void {
    const inner = new Issues();
    part(inner);
    this.found.push(...inner.found.filter(({ level }) => level === "Error"));
  }
}
