import { isRecord } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import type { MeshView } from "@/lib/mesh/view";
import type { FieldPath } from "@/lib/yaml/field-path";
import { Field } from "../field";

/** What is doubtful about a patch of an EnvoyFilter. */
export type PatchFault =
  "relative" | "relative-with-version" | "replace-misused" | "add-ignored" | "remove-ignored";

/** A doubtful patch. */
export interface PatchFinding {
  readonly fault: PatchFault;
  /** The patch's operation. */
  readonly operation: Field;
  /** Where istioctl points to. */
  readonly value: FieldPath;
}

const ROUTES: ReadonlySet<string> = new Set(["ROUTE_CONFIGURATION", "HTTP_ROUTE"]);
const REPLACEABLE: ReadonlySet<string> = new Set(["NETWORK_FILTER", "HTTP_FILTER", "VIRTUAL_HOST"]);

/**
 * The doubtful patches of all EnvoyFilters. A relative operation is worse where a filter of the
 * same name was patched for certain proxy versions before. Reads EnvoyFilter. Source:
 * envoyfilter/envoyfilter.go.
 */
export function envoyPatches(mesh: MeshView): ReadonlyMap<KubeObject, readonly PatchFinding[]> {
  const versioned = new Set<string>();
  return new Map(
    mesh.list("EnvoyFilter").map((object) => [object, [...patchesOf(object, versioned)]] as const),
  );
}

function* patchesOf(object: KubeObject, versioned: Set<string>): Iterable<PatchFinding> {
  const spec = new Field(object).at("spec");
  const priority = spec.at("priority").number ?? 0;
  for (const entry of spec.at("configPatches").items()) {
    const patch = entry.at("patch");
    // istioctl looks at nothing behind a patch that is none.
    if (!patch.exists) return;
    const name = filterName(entry);
    const fault = faultOf(entry, versioned.has(name));
    const relative = fault === "relative" || fault === "relative-with-version";
    if (fault && !(relative && priority !== 0)) {
      yield { fault, operation: patch.at("operation"), value: patch.at("value").path };
    }
    if (entry.at("match", "proxy", "proxyVersion").text !== undefined) versioned.add(name);
  }
}

function faultOf(entry: Field, versioned: boolean): PatchFault | undefined {
  const applyTo = entry.at("applyTo").text ?? "";
  const relative = versioned ? "relative-with-version" : "relative";
  switch (entry.at("patch", "operation").text) {
    case "ADD":
      return ROUTES.has(applyTo) ? "add-ignored" : undefined;
    case "REMOVE":
      return ROUTES.has(applyTo) ? "remove-ignored" : relative;
    case "REPLACE":
      return REPLACEABLE.has(applyTo) ? relative : "replace-misused";
    case "INSERT_BEFORE":
    case "INSERT_AFTER":
      return relative;
    default:
      return undefined;
  }
}

/** The name in the patch's value, else that of the filter that it matches; empty without a value. */
function filterName(entry: Field): string {
  const { value } = entry.at("patch", "value");
  if (!isRecord(value) || Object.keys(value).length === 0) return "";
  if (value["name"] !== undefined) return JSON.stringify(value["name"]);
  return entry.at("match", "listener", "filterChain", "filter").at("name").text ?? "";
}
