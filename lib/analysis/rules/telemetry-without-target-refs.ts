import { TELEMETRY } from "../families/ambient-policies";
import { policyWithoutTargetRefs } from "../families/policy-in-ambient";

export const rule = policyWithoutTargetRefs({
  id: "telemetry-without-target-refs",
  code: "KIA1117",
  policy: TELEMETRY,
});
