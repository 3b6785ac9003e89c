import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import type { FieldFault } from "@/lib/k8s/schema";

const RBAC = "rbac.authorization.k8s.io";

const required = (field: string, why = ""): FieldFault => ({
  reason: "FieldValueRequired",
  field,
  message: `Required value${why ? `: ${why}` : ""}`,
});
const invalid = (field: string, value: unknown, why: string): FieldFault => ({
  reason: "FieldValueInvalid",
  field,
  message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
});
const unsupported = (field: string, value: unknown, known: readonly string[]): FieldFault => ({
  reason: "FieldValueNotSupported",
  field,
  message: `Unsupported value: ${JSON.stringify(value ?? "")}: supported values: ${known.map((word) => JSON.stringify(word)).join(", ")}`,
});

const record = (value: unknown): JsonRecord => (isRecord(value) ? value : {});
const records = (value: unknown): readonly JsonRecord[] =>
  Array.isArray(value) ? value.filter(isRecord) : [];
const isEmpty = (value: unknown): boolean => !Array.isArray(value) || value.length === 0;

/** What keeps a Role, ClusterRole or binding from being stored. */
export function roleFaults(
  object: KubeObject,
  live: KubeObject | undefined,
): readonly FieldFault[] {
  switch (object.kind) {
    case "Role":
    case "ClusterRole":
      return records(object.rules).flatMap((rule, index) =>
        ruleFaults(rule, `rules[${index}]`, object.kind === "Role"),
      );
    case "RoleBinding":
    case "ClusterRoleBinding":
      return bindingFaults(object, live);
    default:
      return [];
  }
}

function ruleFaults(rule: JsonRecord, at: string, namespaced: boolean): readonly FieldFault[] {
  const faults: FieldFault[] = [];
  if (isEmpty(rule.verbs)) {
    faults.push(required(`${at}.verbs`, "verbs must contain at least one value"));
  }
  if (!isEmpty(rule.nonResourceURLs)) {
    const field = `${at}.nonResourceURLs`;
    const value = rule.nonResourceURLs;
    if (namespaced) {
      return [
        ...faults,
        invalid(field, value, "namespaced rules cannot apply to non-resource URLs"),
      ];
    }
    const mixed = [rule.apiGroups, rule.resources, rule.resourceNames].some(
      (list) => !isEmpty(list),
    );
    return mixed
      ? [
          ...faults,
          invalid(
            field,
            value,
            "rules cannot apply to both regular resources and non-resource URLs",
          ),
        ]
      : faults;
  }
  if (isEmpty(rule.apiGroups)) {
    faults.push(required(`${at}.apiGroups`, "resource rules must supply at least one api group"));
  }
  if (isEmpty(rule.resources)) {
    faults.push(required(`${at}.resources`, "resource rules must supply at least one resource"));
  }
  return faults;
}

function bindingFaults(object: KubeObject, live: KubeObject | undefined): readonly FieldFault[] {
  const { apiGroup, kind, name } = record(object.roleRef);
  const roles = object.kind === "RoleBinding" ? ["Role", "ClusterRole"] : ["ClusterRole"];
  const faults: FieldFault[] = [];
  if (apiGroup !== RBAC) faults.push(unsupported("roleRef.apiGroup", apiGroup, [RBAC]));
  if (!roles.includes(String(kind))) {
    faults.push(unsupported("roleRef.kind", kind, roles));
  }
  if (!name) faults.push(required("roleRef.name"));
  records(object.subjects).forEach((subject, index) =>
    faults.push(...subjectFaults(subject, `subjects[${index}]`, object.kind === "RoleBinding")),
  );
  const before = record(live?.roleRef);
  if (live && (before.kind !== kind || before.name !== name || before.apiGroup !== apiGroup)) {
    const value = { APIGroup: apiGroup, Kind: kind, Name: name };
    faults.push(invalid("roleRef", value, "cannot change roleRef"));
  }
  return faults;
}

function subjectFaults(
  subject: JsonRecord,
  at: string,
  namespaced: boolean,
): readonly FieldFault[] {
  const { kind, name, namespace, apiGroup } = subject;
  const faults: FieldFault[] = name ? [] : [required(`${at}.name`)];
  const group = kind === "ServiceAccount" ? "" : RBAC;
  if (kind === "ServiceAccount" || kind === "User" || kind === "Group") {
    if ((apiGroup ?? "") !== group) {
      faults.push(unsupported(`${at}.apiGroup`, apiGroup, [group]));
    }
    if (kind === "ServiceAccount" && !namespaced && !namespace) {
      faults.push(required(`${at}.namespace`));
    }
    return faults;
  }
  const kinds = ["ServiceAccount", "User", "Group"];
  return [...faults, unsupported(`${at}.kind`, kind, kinds)];
}

/** Groups that the server fills in: those of a role reference and of users and groups. */
export function completedBinding(object: KubeObject): KubeObject {
  const reference = record(object.roleRef);
  const subjects = records(object.subjects).map((subject) =>
    subject.kind === "User" || subject.kind === "Group"
      ? { ...subject, apiGroup: subject.apiGroup ?? RBAC }
      : subject,
  );
  return {
    ...object,
    ...(Array.isArray(object.subjects) ? { subjects } : {}),
    roleRef: { ...reference, apiGroup: reference.apiGroup || RBAC },
  };
}
