import type { Suite } from "./suite";
import { admission } from "./suites/admission";
import { badInput } from "./suites/bad-input";
import { crdValidation } from "./suites/crd-validation";
import { validFiles } from "./suites/valid-files";
import { istioctlAnalyzers } from "./suites/istioctl-analyzers";
import { istioctlDifferential } from "./suites/istioctl-differential";
import { istioctlTables } from "./suites/istioctl-tables";
import { realProxies } from "./suites/real-proxies";
import { webhookValidation } from "./suites/webhook-validation";

/** Every suite of `npm run test:corpus`, in the order in which they run. */
export const SUITES: readonly Suite[] = [
  istioctlAnalyzers,
  istioctlDifferential,
  webhookValidation,
  crdValidation,
  admission,
  validFiles,
  badInput,
  istioctlTables,
  realProxies,
];
