import type { JsonRecord } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import gatewayApi from "./gateway-api.gen.json";
import istio from "./istio.gen.json";

/** A CustomResourceDefinition as `scripts/generate-schemas.mjs` writes it: equal schemas kept once. */
export interface CompactDefinition {
  readonly metadata: { readonly name: string };
  readonly spec: {
    /** `schema` is the index of the version's schema in `schemas`. */
    readonly versions: readonly (JsonRecord & { readonly schema: number })[];
  } & JsonRecord;
  readonly schemas: readonly JsonRecord[];
}

/**
 * The CustomResourceDefinitions of Istio (1.32) and of the Gateway API (1.6), as `kubectl apply`
 * sends them. Versions with equal schemas share one object.
 */
export function customResourceDefinitions(): readonly KubeObject[] {
  return [...istio, ...gatewayApi].map(expand);
}

function expand({ metadata, spec, schemas }: CompactDefinition): KubeObject {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata,
    spec: {
      ...spec,
      versions: spec.versions.map(({ schema, ...version }) => ({
        ...version,
        schema: { openAPIV3Schema: schemas[schema] },
      })),
    },
  };
}
