import type { KindId } from "@/lib/istio/kinds";
import { keepFact } from "@/lib/mesh/kept-fact";

/** What nodes and edges are made from besides telemetry. */
export const GRAPH_KINDS: readonly KindId[] = [
  "Service",
  "Pod",
  "WorkloadEntry",
  "ServiceEntry",
  "Gateway",
  "VirtualService",
  "DestinationRule",
  "AuthorizationPolicy",
  "Namespace",
  "ConfigMap",
  "HTTPRoute",
  "GRPCRoute",
  "TCPRoute",
  "TLSRoute",
];

/** Another object exactly when an object of those kinds changed. Use it with `mesh.derive`. */
export const graphObjects = (): object => ({});

keepFact(graphObjects, { kinds: GRAPH_KINDS, facts: [] });
