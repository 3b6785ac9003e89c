// Generated from rules/ by rules.test.ts. Do not edit.
import type { Rule } from "./rule";
import { rule as ambientAndSidecarLabels } from "./rules/ambient-and-sidecar-labels";
import { rule as ambientLabelOnSidecarPod } from "./rules/ambient-label-on-sidecar-pod";
import { rule as annotationAlpha } from "./rules/annotation-alpha";
import { rule as annotationDeprecated } from "./rules/annotation-deprecated";
import { rule as annotationInvalid } from "./rules/annotation-invalid";
import { rule as annotationMisplaced } from "./rules/annotation-misplaced";
import { rule as annotationUnknown } from "./rules/annotation-unknown";
import { rule as applicationUidReserved } from "./rules/application-uid-reserved";
import { rule as authorizationHostUnknown } from "./rules/authorization-host-unknown";
import { rule as authorizationMethodUnknown } from "./rules/authorization-method-unknown";
import { rule as authorizationNamespaceUnknown } from "./rules/authorization-namespace-unknown";
import { rule as authorizationNeedsMutualTls } from "./rules/authorization-needs-mutual-tls";
import { rule as authorizationPrincipalElsewhere } from "./rules/authorization-principal-elsewhere";
import { rule as authorizationPrincipalUnknown } from "./rules/authorization-principal-unknown";
import { rule as authorizationTrustDomainUnknown } from "./rules/authorization-trust-domain-unknown";
import { rule as authorizationUnenforcedInAmbient } from "./rules/authorization-unenforced-in-ambient";
import { rule as authorizationWithoutTargetRefs } from "./rules/authorization-without-target-refs";
import { rule as authorizationWithoutWaypoint } from "./rules/authorization-without-waypoint";
import { rule as caCertificateMissing } from "./rules/ca-certificate-missing";
import { rule as conditionNegative } from "./rules/condition-negative";
import { rule as deploymentProtocolsConflict } from "./rules/deployment-protocols-conflict";
import { rule as deploymentTargetPortsConflict } from "./rules/deployment-target-ports-conflict";
import { rule as destinationHostUnknown } from "./rules/destination-host-unknown";
import { rule as destinationPortRequired } from "./rules/destination-port-required";
import { rule as destinationPortUnknown } from "./rules/destination-port-unknown";
import { rule as destinationRuleConflict } from "./rules/destination-rule-conflict";
import { rule as destinationRuleDropsMutualTls } from "./rules/destination-rule-drops-mutual-tls";
import { rule as destinationRuleHostUnknown } from "./rules/destination-rule-host-unknown";
import { rule as destinationRuleOutsideServiceNamespace } from "./rules/destination-rule-outside-service-namespace";
import { rule as destinationRuleServiceWithoutWaypoint } from "./rules/destination-rule-service-without-waypoint";
import { rule as destinationRuleWithoutWaypoint } from "./rules/destination-rule-without-waypoint";
import { rule as envoyFilterAddIgnored } from "./rules/envoy-filter-add-ignored";
import { rule as envoyFilterRelativeVersion } from "./rules/envoy-filter-relative-version";
import { rule as envoyFilterRelative } from "./rules/envoy-filter-relative";
import { rule as envoyFilterRemoveIgnored } from "./rules/envoy-filter-remove-ignored";
import { rule as envoyFilterReplaceMisused } from "./rules/envoy-filter-replace-misused";
import { rule as exportToNamespaceUnknown } from "./rules/export-to-namespace-unknown";
import { rule as externalNamePortInvalid } from "./rules/external-name-port-invalid";
import { rule as featureDeprecated } from "./rules/feature-deprecated";
import { rule as gatewayAddressDuplicate } from "./rules/gateway-address-duplicate";
import { rule as gatewayApiCrdOutdated } from "./rules/gateway-api-crd-outdated";
import { rule as gatewayApiVersionEnding } from "./rules/gateway-api-version-ending";
import { rule as gatewayApiVersionUnread } from "./rules/gateway-api-version-unread";
import { rule as gatewayCertificateDuplicate } from "./rules/gateway-certificate-duplicate";
import { rule as gatewayClassUnknown } from "./rules/gateway-class-unknown";
import { rule as gatewayConflict } from "./rules/gateway-conflict";
import { rule as gatewayCredentialInvalid } from "./rules/gateway-credential-invalid";
import { rule as gatewayCredentialMissing } from "./rules/gateway-credential-missing";
import { rule as gatewayListenerConflict } from "./rules/gateway-listener-conflict";
import { rule as gatewayListenerDuplicate } from "./rules/gateway-listener-duplicate";
import { rule as gatewayPortUnserved } from "./rules/gateway-port-unserved";
import { rule as gatewayReferenceDotted } from "./rules/gateway-reference-dotted";
import { rule as gatewayReferenceInternal } from "./rules/gateway-reference-internal";
import { rule as gatewayReferenceUnknown } from "./rules/gateway-reference-unknown";
import { rule as gatewaySelectorUnmatched } from "./rules/gateway-selector-unmatched";
import { rule as grantNamespaceUnknown } from "./rules/grant-namespace-unknown";
import { rule as imageAutoPod } from "./rules/image-auto-pod";
import { rule as imageAutoUninjected } from "./rules/image-auto-uninjected";
import { rule as jwksFetchUnrestricted } from "./rules/jwks-fetch-unrestricted";
import { rule as jwtClaimWithoutAuthentication } from "./rules/jwt-claim-without-authentication";
import { rule as meshConfigUnreadable } from "./rules/mesh-config-unreadable";
import { rule as meshDisablesTlsOfRule } from "./rules/mesh-disables-tls-of-rule";
import { rule as meshNetworksRegistryUnknown } from "./rules/mesh-networks-registry-unknown";
import { rule as meshRuleWithoutPeerAuthentication } from "./rules/mesh-rule-without-peer-authentication";
import { rule as namespaceDisablesTlsOfRule } from "./rules/namespace-disables-tls-of-rule";
import { rule as namespaceInjectedByDefault } from "./rules/namespace-injected-by-default";
import { rule as namespaceInjectionLabelsConflict } from "./rules/namespace-injection-labels-conflict";
import { rule as namespaceNotInjected } from "./rules/namespace-not-injected";
import { rule as namespaceRuleDisablesStrictTls } from "./rules/namespace-rule-disables-strict-tls";
import { rule as namespaceRuleWithoutPeerAuthentication } from "./rules/namespace-rule-without-peer-authentication";
import { rule as outboundModeAmbiguous } from "./rules/outbound-mode-ambiguous";
import { rule as parentGatewayUnknown } from "./rules/parent-gateway-unknown";
import { rule as peerAuthenticationDuplicate } from "./rules/peer-authentication-duplicate";
import { rule as peerAuthenticationOverlap } from "./rules/peer-authentication-overlap";
import { rule as podMissingProxy } from "./rules/pod-missing-proxy";
import { rule as podSecurityRefusesSidecar } from "./rules/pod-security-refuses-sidecar";
import { rule as policySelectorUnmatched } from "./rules/policy-selector-unmatched";
import { rule as policyUnreadable } from "./rules/policy-unreadable";
import { rule as portCaCertificateMissing } from "./rules/port-ca-certificate-missing";
import { rule as portNameUnconventional } from "./rules/port-name-unconventional";
import { rule as proxyImageMismatch } from "./rules/proxy-image-mismatch";
import { rule as requestAuthenticationWithoutTargetRefs } from "./rules/request-authentication-without-target-refs";
import { rule as requestAuthenticationWithoutWaypoint } from "./rules/request-authentication-without-waypoint";
import { rule as rootSidecarWithSelector } from "./rules/root-sidecar-with-selector";
import { rule as routeDestinationTwice } from "./rules/route-destination-twice";
import { rule as routeMatchIneffective } from "./rules/route-match-ineffective";
import { rule as routeServiceUnknown } from "./rules/route-service-unknown";
import { rule as routeUnreachable } from "./rules/route-unreachable";
import { rule as routeWeightsSum } from "./rules/route-weights-sum";
import { rule as ruleDisablesStrictMeshTls } from "./rules/rule-disables-strict-mesh-tls";
import { rule as schemaInvalid } from "./rules/schema-invalid";
import { rule as schemaWarning } from "./rules/schema-warning";
import { rule as selectorIneffectiveOnGateway } from "./rules/selector-ineffective-on-gateway";
import { rule as serviceDiffersBetweenClusters } from "./rules/service-differs-between-clusters";
import { rule as serviceEntryAddressMissing } from "./rules/service-entry-address-missing";
import { rule as serviceEntryDuplicate } from "./rules/service-entry-duplicate";
import { rule as serviceEntryProtocolConflict } from "./rules/service-entry-protocol-conflict";
import { rule as sidecarDefaultDuplicate } from "./rules/sidecar-default-duplicate";
import { rule as sidecarEgressHostUnknown } from "./rules/sidecar-egress-host-unknown";
import { rule as sidecarInAmbientNamespace } from "./rules/sidecar-in-ambient-namespace";
import { rule as sidecarInAmbient } from "./rules/sidecar-in-ambient";
import { rule as sidecarLabelOnAmbientPod } from "./rules/sidecar-label-on-ambient-pod";
import { rule as sidecarSelectorUnmatched } from "./rules/sidecar-selector-unmatched";
import { rule as sidecarSelectorsOverlap } from "./rules/sidecar-selectors-overlap";
import { rule as singleRouteWeightIgnored } from "./rules/single-route-weight-ignored";
import { rule as strictMeshWithoutRule } from "./rules/strict-mesh-without-rule";
import { rule as strictNamespaceWithoutRule } from "./rules/strict-namespace-without-rule";
import { rule as subsetIgnoredAtGateway } from "./rules/subset-ignored-at-gateway";
import { rule as subsetUndefined } from "./rules/subset-undefined";
import { rule as subsetWithoutLabels } from "./rules/subset-without-labels";
import { rule as subsetWithoutPods } from "./rules/subset-without-pods";
import { rule as targetPortUndeclared } from "./rules/target-port-undeclared";
import { rule as telemetryDefaultDuplicate } from "./rules/telemetry-default-duplicate";
import { rule as telemetryProviderMissing } from "./rules/telemetry-provider-missing";
import { rule as telemetrySelectorsOverlap } from "./rules/telemetry-selectors-overlap";
import { rule as telemetryWithoutTargetRefs } from "./rules/telemetry-without-target-refs";
import { rule as telemetryWithoutWaypoint } from "./rules/telemetry-without-waypoint";
import { rule as virtualServiceHostDuplicate } from "./rules/virtual-service-host-duplicate";
import { rule as virtualServiceHostOutsideGateway } from "./rules/virtual-service-host-outside-gateway";
import { rule as virtualServiceOutsideServiceNamespace } from "./rules/virtual-service-outside-service-namespace";
import { rule as virtualServiceServiceWithoutWaypoint } from "./rules/virtual-service-service-without-waypoint";
import { rule as virtualServiceWithoutWaypoint } from "./rules/virtual-service-without-waypoint";
import { rule as wasmPluginWithoutTargetRefs } from "./rules/wasm-plugin-without-target-refs";
import { rule as wasmPluginWithoutWaypoint } from "./rules/wasm-plugin-without-waypoint";
import { rule as waypointUnknown } from "./rules/waypoint-unknown";
import { rule as waypointWithoutAmbient } from "./rules/waypoint-without-ambient";
import { rule as webhookAddressIp } from "./rules/webhook-address-ip";
import { rule as webhookOverlap } from "./rules/webhook-overlap";
import { rule as webhookServiceUnknown } from "./rules/webhook-service-unknown";
import { rule as webhookUrlInvalid } from "./rules/webhook-url-invalid";
import { rule as workloadGroupAccountUnknown } from "./rules/workload-group-account-unknown";
import { rule as workloadGroupDuplicate } from "./rules/workload-group-duplicate";
import { rule as workloadLabelsMissing } from "./rules/workload-labels-missing";
import { rule as workloadWithoutAuthorization } from "./rules/workload-without-authorization";
import { rule as workloadWithoutService } from "./rules/workload-without-service";

/** Every rule there is. */
export const RULES: readonly Rule[] = [
  ambientAndSidecarLabels,
  ambientLabelOnSidecarPod,
  annotationAlpha,
  annotationDeprecated,
  annotationInvalid,
  annotationMisplaced,
  annotationUnknown,
  applicationUidReserved,
  authorizationHostUnknown,
  authorizationMethodUnknown,
  authorizationNamespaceUnknown,
  authorizationNeedsMutualTls,
  authorizationPrincipalElsewhere,
  authorizationPrincipalUnknown,
  authorizationTrustDomainUnknown,
  authorizationUnenforcedInAmbient,
  authorizationWithoutTargetRefs,
  authorizationWithoutWaypoint,
  caCertificateMissing,
  conditionNegative,
  deploymentProtocolsConflict,
  deploymentTargetPortsConflict,
  destinationHostUnknown,
  destinationPortRequired,
  destinationPortUnknown,
  destinationRuleConflict,
  destinationRuleDropsMutualTls,
  destinationRuleHostUnknown,
  destinationRuleOutsideServiceNamespace,
  destinationRuleServiceWithoutWaypoint,
  destinationRuleWithoutWaypoint,
  envoyFilterAddIgnored,
  envoyFilterRelativeVersion,
  envoyFilterRelative,
  envoyFilterRemoveIgnored,
  envoyFilterReplaceMisused,
  exportToNamespaceUnknown,
  externalNamePortInvalid,
  featureDeprecated,
  gatewayAddressDuplicate,
  gatewayApiCrdOutdated,
  gatewayApiVersionEnding,
  gatewayApiVersionUnread,
  gatewayCertificateDuplicate,
  gatewayClassUnknown,
  gatewayConflict,
  gatewayCredentialInvalid,
  gatewayCredentialMissing,
  gatewayListenerConflict,
  gatewayListenerDuplicate,
  gatewayPortUnserved,
  gatewayReferenceDotted,
  gatewayReferenceInternal,
  gatewayReferenceUnknown,
  gatewaySelectorUnmatched,
  grantNamespaceUnknown,
  imageAutoPod,
  imageAutoUninjected,
  jwksFetchUnrestricted,
  jwtClaimWithoutAuthentication,
  meshConfigUnreadable,
  meshDisablesTlsOfRule,
  meshNetworksRegistryUnknown,
  meshRuleWithoutPeerAuthentication,
  namespaceDisablesTlsOfRule,
  namespaceInjectedByDefault,
  namespaceInjectionLabelsConflict,
  namespaceNotInjected,
  namespaceRuleDisablesStrictTls,
  namespaceRuleWithoutPeerAuthentication,
  outboundModeAmbiguous,
  parentGatewayUnknown,
  peerAuthenticationDuplicate,
  peerAuthenticationOverlap,
  podMissingProxy,
  podSecurityRefusesSidecar,
  policySelectorUnmatched,
  policyUnreadable,
  portCaCertificateMissing,
  portNameUnconventional,
  proxyImageMismatch,
  requestAuthenticationWithoutTargetRefs,
  requestAuthenticationWithoutWaypoint,
  rootSidecarWithSelector,
  routeDestinationTwice,
  routeMatchIneffective,
  routeServiceUnknown,
  routeUnreachable,
  routeWeightsSum,
  ruleDisablesStrictMeshTls,
  schemaInvalid,
  schemaWarning,
  selectorIneffectiveOnGateway,
  serviceDiffersBetweenClusters,
  serviceEntryAddressMissing,
  serviceEntryDuplicate,
  serviceEntryProtocolConflict,
  sidecarDefaultDuplicate,
  sidecarEgressHostUnknown,
  sidecarInAmbientNamespace,
  sidecarInAmbient,
  sidecarLabelOnAmbientPod,
  sidecarSelectorUnmatched,
  sidecarSelectorsOverlap,
  singleRouteWeightIgnored,
  strictMeshWithoutRule,
  strictNamespaceWithoutRule,
  subsetIgnoredAtGateway,
  subsetUndefined,
  subsetWithoutLabels,
  subsetWithoutPods,
  targetPortUndeclared,
  telemetryDefaultDuplicate,
  telemetryProviderMissing,
  telemetrySelectorsOverlap,
  telemetryWithoutTargetRefs,
  telemetryWithoutWaypoint,
  virtualServiceHostDuplicate,
  virtualServiceHostOutsideGateway,
  virtualServiceOutsideServiceNamespace,
  virtualServiceServiceWithoutWaypoint,
  virtualServiceWithoutWaypoint,
  wasmPluginWithoutTargetRefs,
  wasmPluginWithoutWaypoint,
  waypointUnknown,
  waypointWithoutAmbient,
  webhookAddressIp,
  webhookOverlap,
  webhookServiceUnknown,
  webhookUrlInvalid,
  workloadGroupAccountUnknown,
  workloadGroupDuplicate,
  workloadLabelsMissing,
  workloadWithoutAuthorization,
  workloadWithoutService,
];
