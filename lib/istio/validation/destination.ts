import type { Field } from "@/lib/yaml/field";
import { portProblem } from "./addresses";
import { subsetNameProblem } from "./destination-rule";
import type { Issues } from "./issue";
import { wildcardDomainProblem } from "./names";

/** Checks where a route leads to. */
export function checkDestination(destination: Field, issues: Issues): void {
  if (!destination.exists) return;
  const host = destination.at("host");
  issues.check(
    host,
    host.text === "*" ? "invalid destination host *" : wildcardDomainProblem(host.text ?? ""),
  );
  const subset = destination.at("subset");
  if (subset.text !== undefined) issues.check(subset, subsetNameProblem(subset.text));
  const port = destination.at("port");
  if (port.exists) issues.check(port, portProblem(port.at("number").number ?? 0));
}

/** Checks the weighted destinations of a route. `checkHeaders` is for those that may change them. */
export function checkWeights(
  route: Field,
  issues: Issues,
  checkHeaders?: (headers: Field, issues: Issues) => void,
): void {
  let total = 0;
  for (const item of route.items()) {
    if (!item.exists) {
      issues.error(item, "weight may not be nil");
      continue;
    }
    const destination = item.at("destination");
    if (!destination.exists) issues.error(item, "destination is required");
    checkHeaders?.(item.at("headers"), issues);
    checkDestination(destination, issues);
    const weight = item.at("weight");
    const value = weight.number ?? 0;
    if (value < 0) issues.error(weight, `weight ${value} < 0`);
    total += value;
  }
  if (route.items().length > 1 && total === 0) {
    issues.error(route, "total destination weight = 0");
  }
}
