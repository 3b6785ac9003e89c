import type { Fault } from "./fault";
import { ROUTE_FAULTS } from "./route-faults";
import { DESTINATION_FAULTS } from "./destination-faults";
import { GATEWAY_FAULTS } from "./gateway-faults";
import { POLICY_FAULTS } from "./policy-faults";
import { WORKLOAD_FAULTS } from "./workload-faults";

/** Every fault of the scenario. */
export const FAULTS: readonly Fault[] = [
  ...ROUTE_FAULTS,
  ...DESTINATION_FAULTS,
  ...GATEWAY_FAULTS,
  ...POLICY_FAULTS,
  ...WORKLOAD_FAULTS,
];
