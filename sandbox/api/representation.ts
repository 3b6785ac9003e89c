import type { JsonRecord } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import type { Form } from "./media-type";
import { itemJson, objectJson } from "./object-json";
import { apiVersionOf } from "./resource-type";
import { type IncludeObject, partialMetadata, tableOf } from "./table";
import { refuse, StatusError } from "./status-error";
import type { Target } from "./type-registry";

/** How a client wants its answers. */
export interface Rendering {
  readonly target: Target;
  readonly form: Form;
  readonly include: IncludeObject;
  /** The clock's time, in ms since the epoch, for ages. */
  readonly now: () => number;
}

const apiVersionFor = ({ type, version }: Target): string => apiVersionOf(type.group, version.name);

/** The type by which Go's server holds objects of a kind: custom ones have none of their own. */
function goType({ type }: Target, kind: string): string {
  if (type.custom) return "*unstructured.UnstructuredList";
  return `*${type.group.split(".")[0] || "core"}.${kind}`;
}

/** One object as JSON text. `headless` leaves the columns out, as later events of a watch do. */
export function renderObject(
  object: KubeObject,
  rendering: Rendering,
  options: { headless?: boolean } = {},
): string {
  switch (rendering.form) {
    case "object":
      return objectJson(object, apiVersionFor(rendering.target));
    case "metadata":
      return JSON.stringify(partialMetadata(object));
    case "metadata-list":
      // What the real server holds of custom kinds is asked for its items, and that fails.
      if (rendering.target.type.custom) throw new StatusError(500, "", "content is not a list");
      throw refuse.otherForm(
        `you requested PartialObjectMetadataList, but the requested object is not a list (${goType(rendering.target, object.kind)})`,
      );
    case "table":
      return JSON.stringify(
        tableOf(rendering.target.version, [object], {
          now: rendering.now(),
          include: rendering.include,
          metadata: { resourceVersion: object.metadata.resourceVersion },
          headless: options.headless ?? false,
        }),
      );
  }
}

/** A list as JSON text. `metadata` is the list's own. */
export function renderList(
  objects: readonly KubeObject[],
  metadata: JsonRecord,
  rendering: Rendering,
): string {
  const { target, form } = rendering;
  const apiVersion = apiVersionFor(target);
  switch (form) {
    case "object": {
      const items = target.type.custom
        ? objects.map((object) => objectJson(object, apiVersion))
        : objects.map(itemJson);
      return `{"kind":${JSON.stringify(target.type.listKind)},"apiVersion":${JSON.stringify(apiVersion)},"metadata":${JSON.stringify(metadata)},"items":[${items.join(",")}]}`;
    }
    case "metadata":
      throw refuse.otherForm(
        `you requested PartialObjectMetadata, but the requested object is a list (${goType(target, target.type.listKind)})`,
      );
    case "metadata-list":
      return JSON.stringify({
        kind: "PartialObjectMetadataList",
        apiVersion: "meta.k8s.io/v1",
        metadata,
        items: objects.map(partialMetadata),
      });
    case "table":
      return JSON.stringify(
        tableOf(target.version, objects, {
          now: rendering.now(),
          include: rendering.include,
          metadata,
        }),
      );
  }
}
