import type { IstioConfig } from "./config";
import type { Issues } from "./issue";
import { checkSelector } from "./selectors";

/** Checks a ProxyConfig. */
export function checkProxyConfig({ spec }: IstioConfig, issues: Issues): void {
  checkSelector(spec.at("selector"), issues);
  const concurrency = spec.at("concurrency");
  if ((concurrency.number ?? 0) < 0) {
    issues.error(concurrency, "concurrency must be greater than or equal to 0");
  }
}
