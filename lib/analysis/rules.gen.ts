// Generated from rules/ by rules.test.ts. Do not edit.
import type { Rule } from "./rule";
import { rule as ambientAndSidecarLabels } from "./rules/ambient-and-sidecar-labels";
import { rule as ambientLabelOnSidecarPod } from "./rules/ambient-label-on-sidecar-pod";
import { rule as authorizationHostUnknown } from "./rules/authorization-host-unknown";
import { rule as authorizationMethodUnknown } from "./rules/authorization-method-unknown";
import { rule as authorizationNeedsMutualTls } from "./rules/authorization-needs-mutual-tls";
import { rule as authorizationPrincipalUnknown } from "./rules/authorization-principal-unknown";
import { rule as authorizationTrustDomainUnknown } from "./rules/authorization-trust-domain-unknown";
import { rule as authorizationUnenforcedInAmbient } from "./rules/authorization-unenforced-in-ambient";
import { rule as authorizationWithoutTargetRefs } from "./rules/authorization-without-target-refs";
import { rule as authorizationWithoutWaypoint } from "./rules/authorization-without-waypoint";
import { rule as destinationHostUnknown } from "./rules/destination-host-unknown";
import { rule as destinationPortUnknown } from "./rules/destination-port-unknown";
import { rule as destinationRuleConflict } from "./rules/destination-rule-conflict";
import { rule as destinationRuleDropsMutualTls } from "./rules/destination-rule-drops-mutual-tls";
import { rule as destinationRuleOutsideServiceNamespace } from "./rules/destination-rule-outside-service-namespace";
import { rule as destinationRuleServiceWithoutWaypoint } from "./rules/destination-rule-service-without-waypoint";
import { rule as destinationRuleWithoutWaypoint } from "./rules/destination-rule-without-waypoint";
import { rule as exportToNamespaceUnknown } from "./rules/export-to-namespace-unknown";
import { rule as gatewayAddressDuplicate } from "./rules/gateway-address-duplicate";
import { rule as gatewayClassUnknown } from "./rules/gateway-class-unknown";
import { rule as gatewayConflict } from "./rules/gateway-conflict";
import { rule as gatewayListenerConflict } from "./rules/gateway-listener-conflict";
import { rule as gatewayListenerDuplicate } from "./rules/gateway-listener-duplicate";
import { rule as gatewayReferenceDotted } from "./rules/gateway-reference-dotted";
import { rule as gatewayReferenceUnknown } from "./rules/gateway-reference-unknown";
import { rule as gatewaySelectorUnmatched } from "./rules/gateway-selector-unmatched";
import { rule as grantNamespaceUnknown } from "./rules/grant-namespace-unknown";
import { rule as meshDisablesTlsOfRule } from "./rules/mesh-disables-tls-of-rule";
import { rule as meshRuleWithoutPeerAuthentication } from "./rules/mesh-rule-without-peer-authentication";
import { rule as namespaceDisablesTlsOfRule } from "./rules/namespace-disables-tls-of-rule";
import { rule as namespaceRuleDisablesStrictTls } from "./rules/namespace-rule-disables-strict-tls";
import { rule as namespaceRuleWithoutPeerAuthentication } from "./rules/namespace-rule-without-peer-authentication";
import { rule as outboundModeAmbiguous } from "./rules/outbound-mode-ambiguous";
import { rule as parentGatewayUnknown } from "./rules/parent-gateway-unknown";
import { rule as peerAuthenticationDuplicate } from "./rules/peer-authentication-duplicate";
import { rule as peerAuthenticationOverlap } from "./rules/peer-authentication-overlap";
import { rule as podSecurityRefusesSidecar } from "./rules/pod-security-refuses-sidecar";
import { rule as policySelectorUnmatched } from "./rules/policy-selector-unmatched";
import { rule as policyUnreadable } from "./rules/policy-unreadable";
import { rule as portNameUnconventional } from "./rules/port-name-unconventional";
import { rule as requestAuthenticationWithoutTargetRefs } from "./rules/request-authentication-without-target-refs";
import { rule as requestAuthenticationWithoutWaypoint } from "./rules/request-authentication-without-waypoint";
import { rule as rootSidecarWithSelector } from "./rules/root-sidecar-with-selector";
import { rule as routeDestinationTwice } from "./rules/route-destination-twice";
import { rule as routeMatchIneffective } from "./rules/route-match-ineffective";
import { rule as routeServiceUnknown } from "./rules/route-service-unknown";
import { rule as routeUnreachable } from "./rules/route-unreachable";
import { rule as routeWeightsInvalid } from "./rules/route-weights-invalid";
import { rule as routeWeightsSum } from "./rules/route-weights-sum";
import { rule as ruleDisablesStrictMeshTls } from "./rules/rule-disables-strict-mesh-tls";
import { rule as serviceEntryDuplicate } from "./rules/service-entry-duplicate";
import { rule as sidecarEgressHostUnknown } from "./rules/sidecar-egress-host-unknown";
import { rule as sidecarInAmbientNamespace } from "./rules/sidecar-in-ambient-namespace";
import { rule as sidecarLabelOnAmbientPod } from "./rules/sidecar-label-on-ambient-pod";
import { rule as sidecarSelectorUnmatched } from "./rules/sidecar-selector-unmatched";
import { rule as singleRouteWeightIgnored } from "./rules/single-route-weight-ignored";
import { rule as strictMeshWithoutRule } from "./rules/strict-mesh-without-rule";
import { rule as strictNamespaceWithoutRule } from "./rules/strict-namespace-without-rule";
import { rule as subsetUndefined } from "./rules/subset-undefined";
import { rule as subsetWithoutLabels } from "./rules/subset-without-labels";
import { rule as targetPortUndeclared } from "./rules/target-port-undeclared";
import { rule as telemetryWithoutTargetRefs } from "./rules/telemetry-without-target-refs";
import { rule as telemetryWithoutWaypoint } from "./rules/telemetry-without-waypoint";
import { rule as virtualServiceHostDuplicate } from "./rules/virtual-service-host-duplicate";
import { rule as virtualServiceOutsideServiceNamespace } from "./rules/virtual-service-outside-service-namespace";
import { rule as virtualServiceServiceWithoutWaypoint } from "./rules/virtual-service-service-without-waypoint";
import { rule as virtualServiceWithoutWaypoint } from "./rules/virtual-service-without-waypoint";
import { rule as wasmPluginWithoutTargetRefs } from "./rules/wasm-plugin-without-target-refs";
import { rule as wasmPluginWithoutWaypoint } from "./rules/wasm-plugin-without-waypoint";
import { rule as waypointUnknown } from "./rules/waypoint-unknown";
import { rule as waypointWithoutAmbient } from "./rules/waypoint-without-ambient";
import { rule as workloadGroupAccountUnknown } from "./rules/workload-group-account-unknown";
import { rule as workloadGroupDuplicate } from "./rules/workload-group-duplicate";
import { rule as workloadLabelsMissing } from "./rules/workload-labels-missing";
import { rule as workloadWithoutAuthorization } from "./rules/workload-without-authorization";
import { rule as workloadWithoutService } from "./rules/workload-without-service";

/** Every rule there is. */
export const RULES: readonly Rule[] = [
  ambientAndSidecarLabels,
  ambientLabelOnSidecarPod,
  authorizationHostUnknown,
  authorizationMethodUnknown,
  authorizationNeedsMutualTls,
  authorizationPrincipalUnknown,
  authorizationTrustDomainUnknown,
  authorizationUnenforcedInAmbient,
  authorizationWithoutTargetRefs,
  authorizationWithoutWaypoint,
  destinationHostUnknown,
  destinationPortUnknown,
  destinationRuleConflict,
  destinationRuleDropsMutualTls,
  destinationRuleOutsideServiceNamespace,
  destinationRuleServiceWithoutWaypoint,
  destinationRuleWithoutWaypoint,
  exportToNamespaceUnknown,
  gatewayAddressDuplicate,
  gatewayClassUnknown,
  gatewayConflict,
  gatewayListenerConflict,
  gatewayListenerDuplicate,
  gatewayReferenceDotted,
  gatewayReferenceUnknown,
  gatewaySelectorUnmatched,
  grantNamespaceUnknown,
  meshDisablesTlsOfRule,
  meshRuleWithoutPeerAuthentication,
  namespaceDisablesTlsOfRule,
  namespaceRuleDisablesStrictTls,
  namespaceRuleWithoutPeerAuthentication,
  outboundModeAmbiguous,
  parentGatewayUnknown,
  peerAuthenticationDuplicate,
  peerAuthenticationOverlap,
  podSecurityRefusesSidecar,
  policySelectorUnmatched,
  policyUnreadable,
  portNameUnconventional,
  requestAuthenticationWithoutTargetRefs,
  requestAuthenticationWithoutWaypoint,
  rootSidecarWithSelector,
  routeDestinationTwice,
  routeMatchIneffective,
  routeServiceUnknown,
  routeUnreachable,
  routeWeightsInvalid,
  routeWeightsSum,
  ruleDisablesStrictMeshTls,
  serviceEntryDuplicate,
  sidecarEgressHostUnknown,
  sidecarInAmbientNamespace,
  sidecarLabelOnAmbientPod,
  sidecarSelectorUnmatched,
  singleRouteWeightIgnored,
  strictMeshWithoutRule,
  strictNamespaceWithoutRule,
  subsetUndefined,
  subsetWithoutLabels,
  targetPortUndeclared,
  telemetryWithoutTargetRefs,
  telemetryWithoutWaypoint,
  virtualServiceHostDuplicate,
  virtualServiceOutsideServiceNamespace,
  virtualServiceServiceWithoutWaypoint,
  virtualServiceWithoutWaypoint,
  wasmPluginWithoutTargetRefs,
  wasmPluginWithoutWaypoint,
  waypointUnknown,
  waypointWithoutAmbient,
  workloadGroupAccountUnknown,
  workloadGroupDuplicate,
  workloadLabelsMissing,
  workloadWithoutAuthorization,
  workloadWithoutService,
];
