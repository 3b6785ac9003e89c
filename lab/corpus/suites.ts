import type { Suite } from "./suite";
import { admission } from "./suites/admission";
import { badInput } from "./suites/bad-input";
import { crdValidation } from "./suites/crd-validation";
import { validFiles } from "./suites/valid-files";
import { webhookValidation } from "./suites/webhook-validation";

/** Every suite of `npm run test:corpus`, in the order in which they run. */
export const SUITES: readonly Suite[] = [
  webhookValidation,
  crdValidation,
  admission,
  validFiles,
  badInput,
];
