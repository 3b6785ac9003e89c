import type { KubeObject } from "@/lib/k8s/object";
import type { ApiObjects } from "@/sandbox/api/api-objects";
import { StatusError } from "@/sandbox/api/status-error";
import type { Target } from "@/sandbox/api/type-registry";
import { controllerWrite } from "@/sandbox/api/write-options";
import type { Manifest } from "./parse-manifests";
import { podsOfController } from "./controller-pods";

const NAMESPACE = "Namespace";
const DEFINITION = "CustomResourceDefinition";
/** What others need comes first. */
const FIRST = [NAMESPACE, DEFINITION];

/** What became of manifests. */
export interface LoadedManifests {
  readonly stored: readonly KubeObject[];
  /** Of the kinds that the sandbox knows nothing of, how many objects were left out. */
  readonly leftOut: ReadonlyMap<string, number>;
}

/**
 * Stores manifests as `kubectl apply` would, over what is there. A namespace that no manifest
 * defines is made, with sidecars; StatefulSets and DaemonSets, which the sandbox does not serve,
 * become their pods.
 *
 * @throws UsageError that names file, line and field of an object that the API server refuses
 */
export function loadManifests(
  objects: ApiObjects,
  manifests: readonly Manifest[],
): LoadedManifests {
  const rank = ({ object }: Manifest): number => {
    const place = FIRST.indexOf(object.kind);
    return place < 0 ? FIRST.length : place;
  };
  const ordered = manifests.toSorted((a, b) => rank(a) - rank(b));
  const defined = new Set(
    manifests.flatMap(({ object }) => (object.kind === NAMESPACE ? [object.metadata.name] : [])),
  );
  const leftOut = new Map<string, number>();
  const stored: KubeObject[] = [];
  for (const manifest of ordered) {
    const made = podsOfController(manifest.object, (name) =>
      objects.storage.get("namespaces", "", name),
    );
    for (const object of made ?? [manifest.object]) {
      const target = objects.types.ofObject(object);
      if (target) stored.push(store(objects, target, object, { manifest, defined }));
      else leftOut.set(object.kind, (leftOut.get(object.kind) ?? 0) + 1);
    }
  }
  return { stored, leftOut };
}

function store(
  objects: ApiObjects,
  target: Target,
  object: KubeObject,
  about: { readonly manifest: Manifest; readonly defined: ReadonlySet<string> },
): KubeObject {
  const { type } = target;
  const { name } = object.metadata;
  const namespace = type.namespaced ? (object.metadata.namespace ?? "default") : "";
  if (type.namespaced) provideNamespace(objects, namespace, about.defined);
  // Of its own kinds the API server's schema is whole; the sandbox's are not, and judge less.
  const fieldValidation = type.custom ? ("Strict" as const) : ("Warn" as const);
  const options = { ...controllerWrite(), fieldValidation };
  try {
    if (name && objects.storage.get(type.key, namespace, name)) {
      return objects.update(target, { namespace, name }, (live) => merged(live, object), options);
    }
    return objects.create(target, namespace, object, options);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    const { field, what } = faultOf(error);
    throw about.manifest.fault(field, what);
  }
}

/** The first field at fault and what is wrong with it. */
function faultOf(error: StatusError): { readonly field: string; readonly what: string } {
  const cause = error.causes.find(({ field }) => field && field !== "<nil>");
  if (cause?.field) return { field: cause.field, what: cause.message };
  const strict = /(unknown|duplicate) field "([^"]+)"/.exec(error.message);
  return strict?.[2]
    ? { field: strict[2], what: `${strict[1] ?? ""} field` }
    : { field: "", what: error.message };
}

/** The manifest in the place of what is there; what only the server sets stays. */
function merged(live: KubeObject, wanted: KubeObject): KubeObject {
  const metadata: KubeObject["metadata"] = {
    ...live.metadata,
    labels: { ...live.metadata.labels, ...wanted.metadata.labels },
    annotations: { ...live.metadata.annotations, ...wanted.metadata.annotations },
  };
  return { ...live, ...wanted, metadata };
}

function provideNamespace(objects: ApiObjects, name: string, defined: ReadonlySet<string>): void {
  if (defined.has(name)) return;
  const target = objects.types.byPath("", "v1", "namespaces");
  if (!target) return;
  const labels = { "istio-injection": "enabled" };
  const known = objects.storage.get("namespaces", "", name);
  if (!known) {
    const namespace = { apiVersion: "v1", kind: NAMESPACE, metadata: { name, labels } };
    objects.create(target, "", namespace, controllerWrite());
  } else if (name === "default" && !known.metadata.labels?.["istio-injection"]) {
    const metadata = { ...known.metadata, labels: { ...labels, ...known.metadata.labels } };
    const place = { namespace: "", name };
    objects.update(target, place, (live) => ({ ...live, metadata }), controllerWrite());
  }
}
