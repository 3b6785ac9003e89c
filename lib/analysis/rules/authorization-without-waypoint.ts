import { AUTHORIZATION_POLICY } from "../families/ambient-policies";
import { policyWithoutWaypoint } from "../families/policy-in-ambient";

export const rule = policyWithoutWaypoint({
  id: "authorization-without-waypoint",
  code: "KIA0109",
  policy: AUTHORIZATION_POLICY,
});
