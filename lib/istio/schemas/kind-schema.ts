import { groupOf } from "@/lib/istio/kinds";
import { isRecord } from "@/lib/k8s/json-value";
import type { Schema } from "@/lib/k8s/schema";
import type { CompactDefinition } from "./custom-resource-definitions";
import gatewayApi from "./gateway-api.gen.json";
import istio from "./istio.gen.json";

/** How one version of a kind of Istio or of the Gateway API is served. */
export interface KindSchema {
  readonly namespaced: boolean;
  /** Whether its status is written by itself, apart from the rest. */
  readonly hasStatus: boolean;
  readonly schema: Schema;
  /** What the API server says to those who use a version that is going away. */
  readonly deprecation: string | undefined;
}

/** By group and kind. */
const DEFINITIONS: ReadonlyMap<string, CompactDefinition> = new Map(
  [...istio, ...gatewayApi].map((definition: CompactDefinition) => {
    const { names, group } = definition.spec;
    return [`${String(group)}/${isRecord(names) ? String(names.kind) : ""}`, definition];
  }),
);

/** Groups whose kinds are all known here: one that is not found does not exist. */
const GROUPS: ReadonlySet<unknown> = new Set(
  [...DEFINITIONS.values()].map(({ spec }) => spec["group"]),
);

/** Whether all kinds of an object's group are known here. */
export const isKnownGroup = (apiVersion: string): boolean => GROUPS.has(groupOf(apiVersion));

/** The schema of a kind in one version, as the bundled CustomResourceDefinitions have it. */
export function kindSchema(apiVersion: string, kind: string): KindSchema | undefined {
  const key = `${apiVersion}/${kind}`;
  let found = known.get(key);
  if (found === undefined) {
    found = findSchema(apiVersion, kind);
    // Names that no schema has are not kept: anybody may write as many as they like.
    if (found) known.set(key, found);
  }
  return found;
}

const known = new Map<string, KindSchema>();

function findSchema(apiVersion: string, kind: string): KindSchema | undefined {
  const group = groupOf(apiVersion);
  const definition = DEFINITIONS.get(`${group}/${kind}`);
  const name = apiVersion.slice(group.length + 1);
  const version = definition?.spec.versions.find((served) => served["name"] === name);
  const schema = version && definition?.schemas[version.schema];
  if (!definition || !schema || version["served"] === false) return undefined;
  const warning = version["deprecationWarning"];
  return {
    namespaced: definition.spec["scope"] !== "Cluster",
    hasStatus: isRecord(version["subresources"]) && "status" in version["subresources"],
    schema,
    deprecation:
      version["deprecated"] === true
        ? typeof warning === "string"
          ? warning
          : `${apiVersion} ${kind} is deprecated`
        : undefined,
  };
}
