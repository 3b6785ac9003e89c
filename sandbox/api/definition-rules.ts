import { isRecord } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import type { FieldFault } from "@/lib/k8s/schema";

const required = (field: string): FieldFault => ({
  reason: "FieldValueRequired",
  field,
  message: "Required value",
});

/** What keeps a CustomResourceDefinition from being served. */
export function checkDefinition(definition: KubeObject): readonly FieldFault[] {
  const spec = isRecord(definition.spec) ? definition.spec : {};
  const names = isRecord(spec.names) ? spec.names : {};
  const faults: FieldFault[] = [];
  if (!spec.group) faults.push(required("spec.group"));
  for (const name of ["plural", "kind"])
    if (!names[name]) faults.push(required(`spec.names.${name}`));
  if (spec.scope !== "Cluster" && spec.scope !== "Namespaced") {
    faults.push({
      reason: "FieldValueNotSupported",
      field: "spec.scope",
      message: `Unsupported value: ${JSON.stringify(spec.scope ?? "")}: supported values: "Cluster", "Namespaced"`,
    });
  }
  const wanted = `${String(names.plural)}.${String(spec.group)}`;
  if (names.plural && spec.group && definition.metadata.name !== wanted) {
    faults.push({
      reason: "FieldValueInvalid",
      field: "metadata.name",
      message: `Invalid value: ${JSON.stringify(definition.metadata.name)}: must be spec.names.plural+"."+spec.group`,
    });
  }
  return [...faults, ...versionFaults(spec.versions)];
}

function versionFaults(value: unknown): readonly FieldFault[] {
  const versions = Array.isArray(value) ? value.filter(isRecord) : [];
  if (versions.length === 0) return [required("spec.versions")];
  const stored = versions.filter(({ storage }) => storage === true).length;
  const faults = versions.flatMap((version, index) =>
    isRecord(version.schema) && isRecord(version.schema.openAPIV3Schema)
      ? []
      : [required(`spec.versions[${index}].schema.openAPIV3Schema`)],
  );
  if (stored === 1) return faults;
  return [
    ...faults,
    {
      reason: "FieldValueInvalid",
      field: "spec.versions",
      message: "Invalid value: must have exactly one version marked as storage version",
    },
  ];
}
