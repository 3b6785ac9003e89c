import type { IstioConfig } from "./config";
import { quoted } from "./names";

const DRY_RUN = "istio.io/dry-run";
const ALWAYS_REJECT = "internal.istio.io/webhook-always-reject";
/** Set by istiod on what it makes of Gateway API objects. */
const INTERNAL = ["internal.istio.io/parent-namespace", "internal.istio.io/parents"];

/** The texts that Go's ParseBool takes. */
const BOOLEANS: ReadonlySet<string> = new Set(
  "1 t T TRUE true True 0 f F FALSE false False".split(" "),
);

/** What is wrong with the annotations of an object; istiod then looks at nothing else. */
export function annotationProblem(config: IstioConfig): string | undefined {
  const has = (name: string) => Object.hasOwn(config.annotations, name);
  const dryRun = has(DRY_RUN) ? dryRunProblem(config) : undefined;
  if (dryRun !== undefined) return dryRun;
  if (has(ALWAYS_REJECT)) return `${quoted(ALWAYS_REJECT)} annotation found, rejecting`;
  const internal = INTERNAL.find(has);
  return internal && `${quoted(internal)} annotation found, this may not be set by users`;
}

function dryRunProblem({ object, name, namespace, spec, annotations }: IstioConfig) {
  const where = `${namespace}/${name}`;
  if (object.kind !== "AuthorizationPolicy") {
    return `${where} has unsupported annotation ${DRY_RUN}, please remove the annotation`;
  }
  const action = spec.at("action").text ?? "ALLOW";
  if (action !== "ALLOW" && action !== "DENY") {
    return `the annotation ${DRY_RUN} currently only supports action ALLOW/DENY, found action ${action} in ${where}`;
  }
  const value = annotations[DRY_RUN] ?? "";
  return BOOLEANS.has(value)
    ? undefined
    : `${where} has annotation ${DRY_RUN} with invalid value (${value}): strconv.ParseBool: parsing ${quoted(value)}: invalid syntax`;
}
