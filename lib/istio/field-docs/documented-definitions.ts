import { isRecord } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import type { Schema } from "@/lib/k8s/schema";
import { weakMemo } from "@/lib/base/weak-memo";
import { customResourceDefinitions } from "../schemas/custom-resource-definitions";
import { describeSchema } from "./describe-schema";

interface Version {
  readonly schema: { readonly openAPIV3Schema: Schema };
}

/** The CustomResourceDefinitions of Istio and the Gateway API with what each field means, for `kubectl explain`. */
export const documentedDefinitions = (): readonly KubeObject[] =>
  customResourceDefinitions().map((definition) => {
    const spec = isRecord(definition.spec) ? definition.spec : {};
    const names = isRecord(spec.names) ? spec.names : {};
    const of = { group: String(spec.group), kind: String(names.kind) };
    // Versions with equal schemas share one object, and go on to.
    const described = weakMemo((schema: Schema) => describeSchema(schema, of));
    const versions = (spec.versions as readonly Version[]).map((version) => ({
      ...version,
      schema: { openAPIV3Schema: described(version.schema.openAPIV3Schema) },
    }));
    return { ...definition, spec: { ...spec, versions } };
  });
