import type { Field } from "@/lib/yaml/field";
import type { Issues } from "./issue";
import { quoted } from "./names";

const NO_LABELS = "workload selector specified without labels";

function checkSelectedLabels(labels: Field, issues: Issues): void {
  for (const [key, value] of labels.entries()) {
    const pair = `${key}=${value.text ?? ""}`;
    if (key === "") issues.error(labels, `empty key is not supported in selector: ${quoted(pair)}`);
    if (pair.includes("*")) {
      issues.error(value, `wildcard is not supported in selector: ${quoted(pair)}`);
    }
  }
}

/** Checks a `selector` of security, telemetry and extensions: labels under `matchLabels`. */
export function checkSelector(selector: Field, issues: Issues): void {
  if (!selector.exists) return;
  const labels = selector.at("matchLabels");
  checkSelectedLabels(labels, issues);
  if (labels.entries().length === 0) issues.warn(selector, NO_LABELS);
}

/**
 * Checks a `workloadSelector` of networking: labels under `labels`. Istiod looks no further after
 * an error in it. `kind` begins the warning. False when there was an error.
 */
export function checkWorkloadSelector(selector: Field, kind: string, issues: Issues): boolean {
  if (!selector.exists) return true;
  const before = issues.found.length;
  const labels = selector.at("labels");
  checkSelectedLabels(labels, issues);
  if (issues.found.length > before) return false;
  if (labels.entries().length === 0) {
    issues.warn(selector, `${kind}: ${NO_LABELS}, will be applied to all services in namespace`);
  }
  return true;
}

/** Kinds that a policy may be attached to, as istiod prints the list. */
const TARGETS = [
  "core/v1/Service",
  "networking.istio.io/v1/ServiceEntry",
  "gateway.networking.k8s.io/v1/Gateway",
  "gateway.networking.k8s.io/v1/GatewayClass",
];

const isTarget = (group: string, kind: string): boolean =>
  TARGETS.some((target) => {
    const [ownGroup, , ownKind] = target.split("/");
    return ownGroup === (group || "core") && ownKind === kind;
  });

function checkTargetRef(ref: Field, issues: Issues): void {
  if (!ref.exists) return;
  if (ref.at("name").text === undefined) issues.error(ref, "targetRef name must be set");
  const namespace = ref.at("namespace");
  if (namespace.text !== undefined) {
    issues.error(
      namespace,
      "targetRef namespace must not be set; cross namespace referencing is not supported",
    );
  }
  const group = ref.at("group").text ?? "";
  const kind = ref.at("kind").text ?? "";
  if (isTarget(group, kind)) return;
  issues.error(ref, `targetRef must be to one of [${TARGETS.join(" ")}] but was ${group}/${kind}`);
}

/** Checks what a policy applies to: a selector, one `targetRef`, or `targetRefs`; at most one of them. */
export function checkTargets(spec: Field, issues: Issues): void {
  const selector = spec.at("selector");
  const one = spec.at("targetRef");
  const many = spec.at("targetRefs");
  const set = [selector.exists, one.exists, many.items().length > 0].filter(Boolean);
  if (set.length > 1) {
    issues.error(spec, "only one of targetRefs or workloadSelector can be set");
  }
  checkSelector(selector, issues);
  checkTargetRef(one, issues);
  for (const ref of many.items()) checkTargetRef(ref, issues);
}
