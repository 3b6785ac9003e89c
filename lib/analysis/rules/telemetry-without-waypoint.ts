import { TELEMETRY } from "../families/ambient-policies";
import { policyWithoutWaypoint } from "../families/policy-in-ambient";

export const rule = policyWithoutWaypoint({
  id: "telemetry-without-waypoint",
  code: "KIA1112",
  policy: TELEMETRY,
});
