import type { FieldValidation, WriteOptions } from "./write-options";
import type { ObjectRequest } from "./object-request";
import { refuse, type StatusCause } from "./status-error";

const VALIDATIONS: readonly FieldValidation[] = ["Strict", "Warn", "Ignore"];
const LONGEST_MANAGER = 128;

/** Reads how a write is to be done from its query. @throws StatusError 422 */
export function writeOptions(request: ObjectRequest, kind = "CreateOptions"): WriteOptions {
  const { query, warnings, path } = request;
  const dryRun = query.getAll("dryRun");
  const validation = query.get("fieldValidation") ?? "";
  const manager = query.get("fieldManager") ?? "";
  const causes: StatusCause[] = [
    ...dryRunCauses(dryRun),
    ...(validation && !isValidation(validation)
      ? [unsupported("fieldValidation", validation, VALIDATIONS)]
      : []),
    ...(manager.length > LONGEST_MANAGER
      ? [
          {
            reason: "FieldValueTooLong",
            field: "fieldManager",
            message: `Too long: may not be more than ${LONGEST_MANAGER} bytes`,
          },
        ]
      : []),
    ...printableCauses(manager),
  ];
  if (causes.length > 0) throw refuse.invalid({ group: "meta.k8s.io", kind }, "", causes);
  return {
    manager:
      manager || (request.userAgent.split("/")[0] ?? "").slice(0, LONGEST_MANAGER) || "unknown",
    dryRun: dryRun.length > 0,
    fieldValidation: isValidation(validation) ? validation : "Warn",
    warnings,
    guard: request.guard,
    part:
      path.subresource === "status" || path.subresource === "finalize"
        ? path.subresource
        : "object",
    operation: "Update",
  };
}

/** What is wrong with the values of `dryRun`: only `All` is one. */
export const dryRunCauses = (values: readonly unknown[]): readonly StatusCause[] =>
  values.some((value) => value !== "All")
    ? [
        {
          ...unsupported("dryRun", "", ["All"]),
          message: `Unsupported value: ${JSON.stringify(values)}: supported values: "All"`,
        },
      ]
    : [];

/** Managers are shown to people: their names hold nothing that cannot be seen. */
function printableCauses(manager: string): readonly StatusCause[] {
  const letters = [...manager];
  const at = letters.findIndex((letter) => /[\p{C}\p{Zl}\p{Zp}]/u.test(letter));
  const letter = letters[at];
  if (letter === undefined) return [];
  const code = (letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return [
    {
      reason: "FieldValueInvalid",
      field: "fieldManager",
      message: `Invalid value: ${JSON.stringify(manager)}: invalid character U+${code} (at position ${at})`,
    },
  ];
}

const isValidation = (text: string): text is FieldValidation =>
  VALIDATIONS.some((known) => known === text);

const unsupported = (field: string, value: string, known: readonly string[]): StatusCause => ({
  reason: "FieldValueNotSupported",
  field,
  message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${known.map((text) => JSON.stringify(text)).join(", ")}`,
});
