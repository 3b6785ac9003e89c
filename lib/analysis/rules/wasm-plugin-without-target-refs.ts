import { WASM_PLUGIN } from "../families/ambient-policies";
import { policyWithoutTargetRefs } from "../families/policy-in-ambient";

export const rule = policyWithoutTargetRefs({
  id: "wasm-plugin-without-target-refs",
  code: "KIA1116",
  policy: WASM_PLUGIN,
});
