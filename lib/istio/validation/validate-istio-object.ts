import { type KindId, kindIdOf } from "@/lib/istio/kinds";
import type { KubeObject } from "@/lib/k8s/object";
import { Field } from "@/lib/yaml/field";
import { annotationProblem } from "./annotations";
import { checkAuthorizationPolicy } from "./authorization-policy";
import { type IstioConfig, istioConfig } from "./config";
import { checkDestinationRule } from "./destination-rule";
import { checkEnvoyFilter } from "./envoy-filter";
import { checkGateway } from "./gateway";
import { Issues, type ValidationIssue } from "./issue";
import { checkPeerAuthentication } from "./peer-authentication";
import { checkProxyConfig } from "./proxy-config";
import { checkRequestAuthentication } from "./request-authentication";
import { checkServiceEntry } from "./service-entry";
import { checkSidecar } from "./sidecar";
import { checkTelemetry } from "./telemetry";
import { checkTrafficExtension } from "./traffic-extension";
import { checkVirtualService } from "./virtual-service";
import { checkWasmPlugin } from "./wasm";
import { checkWorkloadEntry } from "./workload-entry";
import { checkWorkloadGroup } from "./workload-group";

const CHECKS: Partial<Record<KindId, (config: IstioConfig, issues: Issues) => void>> = {
  AuthorizationPolicy: checkAuthorizationPolicy,
  DestinationRule: checkDestinationRule,
  EnvoyFilter: checkEnvoyFilter,
  Gateway: checkGateway,
  PeerAuthentication: checkPeerAuthentication,
  ProxyConfig: checkProxyConfig,
  RequestAuthentication: checkRequestAuthentication,
  ServiceEntry: checkServiceEntry,
  Sidecar: checkSidecar,
  Telemetry: checkTelemetry,
  TrafficExtension: checkTrafficExtension,
  VirtualService: checkVirtualService,
  WasmPlugin: checkWasmPlugin,
  WorkloadEntry: checkWorkloadEntry,
  WorkloadGroup: checkWorkloadGroup,
};

const KNOWN_FIELDS: ReadonlySet<string> = new Set([
  "apiVersion",
  "kind",
  "metadata",
  "spec",
  "status",
]);

/**
 * What istiod's validating webhook says of an object by itself, in istiod's order. It counts on the
 * API server having checked the object's schema; what has another type than it should reads as
 * absent. Nothing for kinds that are not Istio's.
 *
 * With an Error in it the webhook refuses the object, and keeps its warnings to itself.
 */
export function validateIstioObject(object: KubeObject): readonly ValidationIssue[] {
  const kind = kindIdOf(object);
  const check = kind && CHECKS[kind];
  if (!check) return [];
  const issues = new Issues();
  const config = istioConfig(object);
  const annotation = annotationProblem(config);
  if (annotation !== undefined) {
    issues.error(new Field(object).at("metadata", "annotations"), annotation);
    return issues.found;
  }
  check(config, issues);
  if (issues.found.every(({ level }) => level === "Warning")) checkTopLevel(config, issues);
  return issues.found;
}

function checkTopLevel({ object, name, namespace }: IstioConfig, issues: Issues): void {
  const unknown = Object.keys(object).find((field) => !KNOWN_FIELDS.has(field));
  if (unknown === undefined) return;
  issues.error(
    new Field(object).at(unknown),
    `unknown field ${JSON.stringify(unknown)} on ${object.kind} resource ${namespace}/${name}`,
  );
}
