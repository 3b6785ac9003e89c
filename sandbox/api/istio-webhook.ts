import type { KubeObject } from "@/lib/k8s/object";
import { errorList } from "@/lib/istio/validation/error-list";
import { validateIstioObject } from "@/lib/istio/validation/validate-istio-object";
import { StatusError } from "./status-error";

/** The name under which istiod registers its validation of its own kinds. */
const WEBHOOK = "rev.validation.istio.io";

/**
 * What istiod says of an object of its kinds that a client writes; other kinds it does not see.
 * @param warnings receives what it takes but warns of
 * @throws StatusError 400 for what it refuses, in its words
 */
export function reviewByIstiod(object: KubeObject, warnings: string[]): void {
  const issues = validateIstioObject(object);
  const told = (level: "Error" | "Warning") =>
    issues.filter((issue) => issue.level === level).map(({ message }) => message);
  const errors = told("Error");
  const [only] = errors;
  if (only === undefined) {
    warnings.push(...told("Warning"));
    return;
  }
  const list = errors.length === 1 ? only : errorList(errors);
  throw new StatusError(
    400,
    "",
    `admission webhook ${JSON.stringify(WEBHOOK)} denied the request: configuration is invalid: ${list}`,
  );
}
