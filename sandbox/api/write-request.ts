import type { FieldValidation, WriteOptions } from "./write-options";
import type { ObjectRequest } from "./object-request";
import { refuse, type StatusCause } from "./status-error";

const VALIDATIONS: readonly FieldValidation[] = ["Strict", "Warn", "Ignore"];
const LONGEST_MANAGER = 128;

/** Reads how a write is to be done from its query. @throws StatusError 422 */
export function writeOptions(request: ObjectRequest, kind = "CreateOptions"): WriteOptions {
  const { query, warnings, path } = request;
  const dryRun = query.getAll("dryRun").filter(Boolean);
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
  ];
  if (causes.length > 0) throw refuse.invalid({ group: "meta.k8s.io", kind }, "", causes);
  return {
    manager:
      manager || (request.userAgent.split("/")[0] ?? "").slice(0, LONGEST_MANAGER) || "unknown",
    dryRun: dryRun.length > 0,
    fieldValidation: isValidation(validation) ? validation : "Warn",
    warnings,
    guard: request.guard,
    part: path.subresource === "status" ? "status" : "object",
    operation: "Update",
  };
}

/** What is wrong with the values of `dryRun`: only `All` is one. */
export const dryRunCauses = (values: readonly unknown[]): readonly StatusCause[] =>
  values
    .filter((value) => value !== "All")
    .map((value) => unsupported("dryRun", String(value), ["All"]));

const isValidation = (text: string): text is FieldValidation =>
  VALIDATIONS.some((known) => known === text);

const unsupported = (field: string, value: string, known: readonly string[]): StatusCause => ({
  reason: "FieldValueNotSupported",
  field,
  message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${known.map((text) => JSON.stringify(text)).join(", ")}`,
});
