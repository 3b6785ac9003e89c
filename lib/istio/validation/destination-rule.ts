import type { Field } from "@/lib/yaml/field";
import type { IstioConfig } from "./config";
import { checkExportTo } from "./export-to";
import type { Issues } from "./issue";
import { isLabel, labelProblems, wildcardDomainProblem } from "./names";
import { checkSelector } from "./selectors";
import { checkTrafficPolicy } from "./traffic-policy";

/** Checks a DestinationRule. */
export function checkDestinationRule({ spec, namespace }: IstioConfig, issues: Issues): void {
  const host = spec.at("host");
  issues.check(host, wildcardDomainProblem(host.text ?? ""));
  checkTrafficPolicy(spec.at("trafficPolicy"), namespace, issues);
  const seen = new Set<string>();
  for (const subset of spec.at("subsets").items()) {
    if (!subset.exists) {
      issues.error(subset, "subset may not be null");
      continue;
    }
    const name = subset.at("name").text ?? "";
    if (seen.has(name)) issues.error(subset.at("name"), `duplicate subset names: ${name}`);
    seen.add(name);
    checkSubset(subset, namespace, issues);
  }
  const selector = spec.at("workloadSelector");
  checkExportTo(spec.at("exportTo"), { namespace, isForWorkloads: selector.exists }, issues);
  checkSelector(selector, issues);
}

function checkSubset(subset: Field, namespace: string, issues: Issues): void {
  const name = subset.at("name");
  issues.check(name, subsetNameProblem(name.text ?? ""));
  const labels = subset.at("labels");
  for (const problem of labelProblems(labels.labels())) issues.error(labels, problem);
  // Istiod loses the warnings of a subset's policy.
  issues.errorsOf((inner) => {
    checkTrafficPolicy(subset.at("trafficPolicy"), namespace, inner);
  });
}

/** What is wrong with the name of a subset. */
export function subsetNameProblem(name: string): string | undefined {
  if (name === "") return "subset name cannot be empty";
  return isLabel(name) ? undefined : `subset name is invalid: ${name}`;
}
