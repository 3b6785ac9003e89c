import type { Field } from "@/lib/yaml/field";
import type { Issues } from "./issue";
import { cut, domainProblem, isLabel, quoted } from "./names";

/** Checks the gateways that a VirtualService or one of its matches names. */
export function checkGatewayNames(gateways: Field, issues: Issues): void {
  for (const gateway of gateways.items()) {
    const text = gateway.text ?? "";
    const [namespace, name] = cut(text, "/");
    if (name === undefined) {
      if (text.includes(".")) {
        const [oldName = "", oldNamespace = ""] = text.split(".");
        issues.warn(
          gateway,
          `using legacy gatewayName format ${quoted(text)}; prefer the <namespace>/<name> format: ${quoted(`${oldNamespace}/${oldName}`)}`,
        );
      }
      issues.check(gateway, domainProblem(text));
      // Istiod looks at no further one.
      return;
    }
    if (namespace === "" || name === "") {
      issues.error(gateway, "config namespace and gateway name cannot be empty");
    }
    if (!isLabel(namespace)) {
      issues.error(gateway, `invalid value for namespace: ${quoted(namespace)}`);
    }
    if (!isLabel(name)) {
      issues.error(gateway, `invalid value for gateway name: ${quoted(name)}`);
    }
  }
}
