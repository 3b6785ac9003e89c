import { REQUEST_AUTHENTICATION } from "../families/ambient-policies";
import { policyWithoutTargetRefs } from "../families/policy-in-ambient";

export const rule = policyWithoutTargetRefs({
  id: "request-authentication-without-target-refs",
  code: "KIA1115",
  policy: REQUEST_AUTHENTICATION,
});
