import { celSyntaxProblem } from "@/lib/k8s/cel";
import type { Field } from "@/lib/yaml/field";
import type { IstioConfig } from "./config";
import type { Issues } from "./issue";
import { checkTargets } from "./selectors";

/** Checks a Telemetry. */
export function checkTelemetry({ spec }: IstioConfig, issues: Issues): void {
  checkTargets(spec, issues);
  for (const metrics of spec.at("metrics").items()) checkMetrics(metrics, issues);
  const tracings = spec.at("tracing");
  if (tracings.items().length > 1) {
    issues.warn(tracings, "multiple tracing is not currently supported");
  }
  for (const tracing of tracings.items()) if (tracing.exists) checkTracing(tracing, issues);
  for (const logging of spec.at("accessLogging").items()) {
    const expression = logging.at("filter", "expression");
    const problem = logging.at("filter").exists && celSyntaxProblem(expression.text ?? "");
    if (problem) issues.error(expression, `must be a valid CEL expression, ${problem}`);
    checkProviders(logging.at("providers"), issues);
  }
}

/** Istiod tells the first one only. */
function checkProviders(providers: Field, issues: Issues): void {
  const wrong = providers.items().find((provider) => provider.at("name").text === undefined);
  if (wrong) issues.error(wrong, "providers.name may not be empty");
}

const TAG_TYPES: readonly (readonly [type: string, field: string, words: string])[] = [
  ["literal", "value", "literal tag value"],
  ["header", "name", "header tag name"],
  ["environment", "name", "environment tag name"],
];

function checkTracing(tracing: Field, issues: Issues): void {
  const providers = tracing.at("providers");
  if (providers.items().length > 1) {
    issues.warn(providers, "multiple providers is not currently supported");
  }
  checkProviders(providers, issues);
  const sampling = tracing.at("randomSamplingPercentage");
  const percentage = sampling.number ?? 0;
  if (percentage < 0 || percentage > 100) {
    issues.error(sampling, "randomSamplingPercentage must be in range [0.0, 100.0]");
  }
  for (const [name, tag] of tracing.at("customTags").entries()) {
    if (name === "") issues.error(tag, "tag name may not be empty");
    if (!tag.exists) issues.error(tag, `tag '${name}' may not have a nil value`);
    const type = TAG_TYPES.find(([candidate]) => tag.at(candidate).exists);
    if (!type) continue;
    const [field, inner, words] = type;
    if (tag.at(field, inner).text === undefined) {
      issues.error(tag.at(field), `${words} may not be empty`);
    }
  }
}

function checkMetrics(metrics: Field, issues: Issues): void {
  checkProviders(metrics.at("providers"), issues);
  for (const override of metrics.at("overrides").items()) {
    if (!override.exists) {
      issues.error(override, "tagOverrides may not be null");
      continue;
    }
    for (const [name, tag] of override.at("tagOverrides").entries()) {
      if (name === "") issues.warn(tag, "tagOverrides.name may not be empty");
      if (tag.exists) checkTagOverride(tag, issues);
      else issues.error(tag, "tagOverrides may not be null");
    }
    const custom = override.at("match", "customMetric");
    if (custom.exists && custom.text === undefined) {
      issues.error(custom, "customMetric may not be empty");
    }
  }
}

function checkTagOverride(tag: Field, issues: Issues): void {
  const operation = tag.at("operation").text ?? "UPSERT";
  const value = tag.at("value");
  if (operation === "UPSERT" && value.text === undefined) {
    issues.error(tag, "tagOverrides.value must be set when operation is UPSERT");
  }
  if (operation === "REMOVE" && value.text !== undefined) {
    issues.error(value, "tagOverrides.value may only be set when operation is UPSERT");
  }
}
