import { isRecord, type JsonRecord, without } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import { completedBinding } from "./access/role-rules";
import type { ResourceType } from "./resource-type";
import { stamp } from "./object-lifecycle";

type Complete = (object: KubeObject, now: number, isNew: boolean) => KubeObject;

const record = (value: unknown): JsonRecord => (isRecord(value) ? value : {});

/** Every namespace carries its name as a label, and is active until it is deleted. */
const namespace: Complete = (object, _, isNew) => ({
  ...object,
  metadata: {
    ...object.metadata,
    labels: { ...object.metadata.labels, "kubernetes.io/metadata.name": object.metadata.name },
  },
  // Once it is taken away, it does not come back.
  spec: { ...(isNew ? { finalizers: ["kubernetes"] } : {}), ...record(object.spec) },
  status: { phase: "Active", ...record(object.status) },
});

/** `stringData` is for writing only: it ends up in `data`. */
const secret: Complete = (object) => {
  if (!isRecord(object.stringData)) return object;
  const added = Object.entries(object.stringData).map(
    ([key, value]) => [key, Buffer.from(String(value)).toString("base64")] as const,
  );
  const data = { ...record(object.data), ...Object.fromEntries(added) };
  const { apiVersion, kind, metadata } = object;
  return { ...without(object, "stringData"), apiVersion, kind, metadata, data };
};

/** A port of a service leads to the same port of its pods unless it says otherwise. */
const service: Complete = (object) => {
  const spec = record(object.spec);
  const ports = Array.isArray(spec.ports)
    ? spec.ports.filter(isRecord).map((port) => ({ targetPort: port.port, ...port }))
    : undefined;
  const traffic = spec.type === "ExternalName" ? {} : { internalTrafficPolicy: "Cluster" };
  return { ...object, spec: { ...traffic, ...spec, ...(ports ? { ports } : {}) } };
};

/** A definition is served as soon as it is stored, and says so. */
const definition: Complete = (object, now) => {
  const spec = record(object.spec);
  const names = record(spec.names);
  const kind = String(names.kind);
  const accepted = { listKind: `${kind}List`, singular: kind.toLowerCase(), ...names };
  const versions = Array.isArray(spec.versions) ? spec.versions.filter(isRecord) : [];
  const condition = (type: string, reason: string, message: string) => ({
    type,
    status: "True",
    reason,
    message,
    lastTransitionTime: object.metadata.creationTimestamp ?? stamp(now),
  });
  return {
    ...object,
    spec: { conversion: { strategy: "None" }, ...spec, names: accepted },
    status: {
      acceptedNames: accepted,
      storedVersions: versions.filter(({ storage }) => storage === true).map(({ name }) => name),
      conditions: [
        condition("NamesAccepted", "NoConflicts", "no conflicts found"),
        condition("Established", "InitialNamesAccepted", "the initial names have been accepted"),
      ],
    },
  };
};

/** A rule-less role says so; an aggregated one is filled in later. */
const withRules: Complete = (object) => ({ ...object, rules: object.rules ?? null });

const COMPLETE: Readonly<Record<string, Complete>> = {
  namespaces: namespace,
  secrets: secret,
  services: service,
  "customresourcedefinitions.apiextensions.k8s.io": definition,
  "roles.rbac.authorization.k8s.io": withRules,
  "clusterroles.rbac.authorization.k8s.io": withRules,
  "rolebindings.rbac.authorization.k8s.io": completedBinding,
  "clusterrolebindings.rbac.authorization.k8s.io": completedBinding,
};

/** The object with what the API server sets for its kind beside the schema's defaults. */
export const completed = (
  type: ResourceType,
  object: KubeObject,
  { now, isNew }: { readonly now: number; readonly isNew: boolean },
): KubeObject => COMPLETE[type.key]?.(object, now, isNew) ?? object;
