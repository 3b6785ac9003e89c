import type { Level } from "../rule";

/** One message of `istioctl analyze`. */
export interface IstioctlFinding {
  /** The rule's id. */
  readonly rule: string;
  readonly code: string;
  readonly level: Level;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly message: string;
  /** The field whose line is told; empty for the object's. */
  readonly path: string;
  /** Undefined for what is in no file. */
  readonly file: string | undefined;
  readonly line: number | undefined;
}
