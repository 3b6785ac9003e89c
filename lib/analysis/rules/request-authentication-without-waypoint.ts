import { REQUEST_AUTHENTICATION } from "../families/ambient-policies";
import { policyWithoutWaypoint } from "../families/policy-in-ambient";

export const rule = policyWithoutWaypoint({
  id: "request-authentication-without-waypoint",
  code: "KIA1110",
  policy: REQUEST_AUTHENTICATION,
});
