// Generated from rules/ by rules.test.ts. Do not edit.
import type { Rule } from "./rule";
import { rule as destinationHostUnknown } from "./rules/destination-host-unknown";
import { rule as destinationPortUnknown } from "./rules/destination-port-unknown";
import { rule as gatewayConflict } from "./rules/gateway-conflict";
import { rule as gatewayReferenceUnknown } from "./rules/gateway-reference-unknown";
import { rule as gatewaySelectorUnmatched } from "./rules/gateway-selector-unmatched";
import { rule as peerAuthenticationDuplicate } from "./rules/peer-authentication-duplicate";
import { rule as peerAuthenticationOverlap } from "./rules/peer-authentication-overlap";
import { rule as policySelectorUnmatched } from "./rules/policy-selector-unmatched";
import { rule as portNameUnconventional } from "./rules/port-name-unconventional";
import { rule as routeDestinationTwice } from "./rules/route-destination-twice";
import { rule as routeMatchIneffective } from "./rules/route-match-ineffective";
import { rule as routeUnreachable } from "./rules/route-unreachable";
import { rule as routeWeightsInvalid } from "./rules/route-weights-invalid";
import { rule as routeWeightsSum } from "./rules/route-weights-sum";
import { rule as sidecarSelectorUnmatched } from "./rules/sidecar-selector-unmatched";
import { rule as singleRouteWeightIgnored } from "./rules/single-route-weight-ignored";
import { rule as subsetUndefined } from "./rules/subset-undefined";
import { rule as virtualServiceHostDuplicate } from "./rules/virtual-service-host-duplicate";

/** Every rule there is. */
export const RULES: readonly Rule[] = [
  destinationHostUnknown,
  destinationPortUnknown,
  gatewayConflict,
  gatewayReferenceUnknown,
  gatewaySelectorUnmatched,
  peerAuthenticationDuplicate,
  peerAuthenticationOverlap,
  policySelectorUnmatched,
  portNameUnconventional,
  routeDestinationTwice,
  routeMatchIneffective,
  routeUnreachable,
  routeWeightsInvalid,
  routeWeightsSum,
  sidecarSelectorUnmatched,
  singleRouteWeightIgnored,
  subsetUndefined,
  virtualServiceHostDuplicate,
];
