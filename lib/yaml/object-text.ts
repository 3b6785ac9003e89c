import { isRecord, type JsonRecord, without } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import { toYaml } from "./stringify";

/** What the server keeps of an object and nobody edits. */
const SERVER_FIELDS = [
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "managedFields",
  "selfLink",
] as const;
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** An object without the fields that the server keeps: what is edited, compared and merged. */
function editable(object: KubeObject): JsonRecord {
  const { apiVersion, kind, metadata, ...rest } = object;
  const { name, namespace, labels, annotations, ...others } = metadata;
  const shown = annotations && without(annotations, LAST_APPLIED);
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      ...(labels && { labels }),
      ...(shown && Object.keys(shown).length > 0 && { annotations: shown }),
      ...without(others, ...SERVER_FIELDS),
    },
    ...without(rest, "status"),
  };
}

/** The YAML that an editor opens: name first, without status and what the server keeps. */
export const objectText = (object: KubeObject): string => toYaml(editable(object));

/**
 * The whole object to write in place of `live`: what the draft says, and what `objectText` hid.
 * Its resourceVersion is `resourceVersion`, so that a newer object is never overwritten.
 */
export function toReplace(
  draft: KubeObject,
  live: KubeObject,
  resourceVersion: string,
): KubeObject {
  const hidden = Object.fromEntries(
    Object.entries(live.metadata).filter(([field]) => isServerField(field)),
  );
  const applied = live.metadata.annotations?.[LAST_APPLIED];
  const status = live["status"];
  const { annotations } = draft.metadata;
  return {
    ...draft,
    metadata: {
      ...draft.metadata,
      ...hidden,
      ...(applied !== undefined && {
        annotations: { ...(isRecord(annotations) && annotations), [LAST_APPLIED]: applied },
      }),
      resourceVersion,
    },
    ...(status !== undefined && { status }),
  };
}

const isServerField = (field: string): boolean =>
  field !== "managedFields" && (SERVER_FIELDS as readonly string[]).includes(field);
