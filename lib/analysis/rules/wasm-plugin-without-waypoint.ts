import { WASM_PLUGIN } from "../families/ambient-policies";
import { policyWithoutWaypoint } from "../families/policy-in-ambient";

export const rule = policyWithoutWaypoint({
  id: "wasm-plugin-without-waypoint",
  code: "KIA1111",
  policy: WASM_PLUGIN,
});
