import { groupOf } from "@/lib/istio/kinds";
import type { KubeObject } from "@/lib/k8s/object";
import { errorList } from "@/lib/istio/validation/error-list";
import { validateIstioObject } from "@/lib/istio/validation/validate-istio-object";
import { refuse, StatusError } from "./status-error";

/** The name under which istiod registers its validation of its own kinds. */
const WEBHOOK = "rev.validation.istio.io";
const WEBHOOK_URL = "https://istiod.istio-system.svc:443/validate?timeout=10s";

/** The groups whose objects istiod's webhook is registered for. */
const REVIEWED: ReadonlySet<string> = new Set([
  "networking.istio.io",
  "security.istio.io",
  "telemetry.istio.io",
  "extensions.istio.io",
]);

/** Why istiod cannot be reached, as who calls it is told; undefined while it answers. */
export type WebhookFailure = () => string | undefined;

/**
 * Refuses an object that istiod is to be asked about while nobody answers: its registration says
 * that then nothing is to be let in. @throws StatusError 500
 */
export function requireIstiod(object: KubeObject, failure: WebhookFailure): void {
  const why = REVIEWED.has(groupOf(object.apiVersion)) ? failure() : undefined;
  if (why === undefined) return;
  throw refuse.internal(
    `failed calling webhook ${JSON.stringify(WEBHOOK)}: failed to call webhook: Post "${WEBHOOK_URL}": ${why}`,
  );
}

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
