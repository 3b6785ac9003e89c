import { AUTHORIZATION_POLICY } from "../families/ambient-policies";
import { policyWithoutTargetRefs } from "../families/policy-in-ambient";

export const rule = policyWithoutTargetRefs({
  id: "authorization-without-target-refs",
  code: "KIA0110",
  policy: AUTHORIZATION_POLICY,
});
