import { isRecord, type JsonRecord, sameJson } from "@/lib/k8s/json-value";
import { matchesLabels } from "@/lib/k8s/label-selector";
import type { KubeObject } from "@/lib/k8s/object";
import type { FieldFault } from "@/lib/k8s/schema";

const invalid = (field: string, value: unknown, why: string): FieldFault => ({
  reason: "FieldValueInvalid",
  field,
  message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
});
const required = (field: string): FieldFault => ({
  reason: "FieldValueRequired",
  field,
  message: "Required value",
});
const forbidden = (field: string, why: string): FieldFault => ({
  reason: "FieldValueForbidden",
  field,
  message: `Forbidden: ${why}`,
});
const tooLong = (field: string): FieldFault => ({
  reason: "FieldValueTooLong",
  field,
  message: `Too long: may not be more than ${MAX_DATA_BYTES} bytes`,
});

const record = (value: unknown): JsonRecord => (isRecord(value) ? value : {});
const records = (value: unknown): readonly JsonRecord[] =>
  Array.isArray(value) ? value.filter(isRecord) : [];

/** What the API server checks of a built-in kind beyond its schema. `live` is absent for a new object. */
export function coreFaults(
  object: KubeObject,
  live: KubeObject | undefined,
): readonly FieldFault[] {
  switch (object.kind) {
    case "ConfigMap":
      return [...dataFaults(object), ...immutableFaults(object, live)];
    case "Secret":
      return [
        ...dataFaults(object),
        ...immutableFaults(object, live),
        ...(live && live.type !== object.type
          ? [invalid("type", object.type, "field is immutable")]
          : []),
      ];
    case "Service":
      return serviceFaults(object, live);
    case "Deployment":
    case "ReplicaSet":
      return selectorFaults(object, live);
    case "Event":
      return eventFaults(object);
    default:
      return [];
  }
}

const MAX_DATA_BYTES = 1024 * 1024;
const KEY = /^[-._a-zA-Z0-9]+$/;
const KEY_WORDS =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

function dataFaults({ kind, data, binaryData }: KubeObject): readonly FieldFault[] {
  const texts = record(data);
  const bytes = record(binaryData);
  const faults: FieldFault[] = [];
  for (const [field, entries] of [
    ["data", texts],
    ["binaryData", bytes],
  ] as const) {
    for (const key of Object.keys(entries)) {
      const at = `${field}[${key}]`;
      if (key.length > 253)
        faults.push({ ...invalid(at, key, "must be no more than 253 characters") });
      if (!KEY.test(key)) faults.push(invalid(at, key, KEY_WORDS));
    }
  }
  for (const key of Object.keys(texts)) {
    if (Object.hasOwn(bytes, key)) {
      faults.push(invalid(`data[${key}]`, key, "duplicate of key present in binaryData"));
    }
  }
  const size = [...Object.values(texts), ...Object.values(bytes)].reduce<number>(
    (sum, value) => sum + (typeof value === "string" ? Buffer.byteLength(value) : 0),
    0,
  );
  const decoded = kind === "Secret" ? Math.floor((size * 3) / 4) : size;
  if (decoded > MAX_DATA_BYTES) faults.push(tooLong(kind === "Secret" ? "data" : "[]"));
  return faults;
}

function immutableFaults(object: KubeObject, live: KubeObject | undefined): readonly FieldFault[] {
  if (live?.immutable !== true) return [];
  const why = "field is immutable when `immutable` is set";
  return [
    ...(object.immutable === true ? [] : [forbidden("immutable", why)]),
    ...["data", "binaryData"]
      .filter((field) => !sameJson(record(object[field]), record(live[field])))
      .map((field) => forbidden(field, why)),
  ];
}

const PORT_NAME = /^(?=.{1,15}$)(?=.*[a-z])[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

function serviceFaults(object: KubeObject, live: KubeObject | undefined): readonly FieldFault[] {
  const spec = record(object.spec);
  const ports = records(spec.ports);
  const before = record(live?.spec);
  const isExternal = spec.type === "ExternalName";
  const isHeadless = spec.clusterIP === "None";
  const faults: FieldFault[] = [];
  if (ports.length === 0 && !isExternal && !isHeadless) faults.push(required("spec.ports"));
  if (isExternal && !spec.externalName) faults.push(required("spec.externalName"));
  ports.forEach((port, index) => faults.push(...portFaults(port, index, ports)));
  if (before.clusterIP && !isExternal && before.clusterIP !== spec.clusterIP) {
    faults.push(invalid("spec.clusterIPs[0]", [spec.clusterIP], "may not change once set"));
  }
  return faults;
}

const outOfRange = (value: unknown): boolean =>
  typeof value === "number" && (value < 1 || value > 65_535);
const RANGE_WORDS = "must be between 1 and 65535, inclusive";

function portFaults(
  { name, port, protocol, targetPort }: JsonRecord,
  index: number,
  all: readonly JsonRecord[],
): readonly FieldFault[] {
  const at = `spec.ports[${index}]`;
  const faults: FieldFault[] = [];
  if (!name && all.length > 1) faults.push(required(`${at}.name`));
  if (name && all.findIndex((other) => other.name === name) < index) {
    faults.push({
      reason: "FieldValueDuplicate",
      field: `${at}.name`,
      message: `Duplicate value: ${JSON.stringify(name)}`,
    });
  }
  if (outOfRange(port)) faults.push(invalid(`${at}.port`, port, RANGE_WORDS));
  if (!["SCTP", "TCP", "UDP"].includes(String(protocol))) {
    faults.push({
      reason: "FieldValueNotSupported",
      field: `${at}.protocol`,
      message: `Unsupported value: ${JSON.stringify(protocol)}: supported values: "SCTP", "TCP", "UDP"`,
    });
  }
  if (outOfRange(targetPort)) faults.push(invalid(`${at}.targetPort`, targetPort, RANGE_WORDS));
  if (typeof targetPort === "string" && !PORT_NAME.test(targetPort)) {
    const why = "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)";
    faults.push(invalid(`${at}.targetPort`, targetPort, why));
  }
  return faults;
}

function selectorFaults(object: KubeObject, live: KubeObject | undefined): readonly FieldFault[] {
  const spec = record(object.spec);
  const selector = record(spec.selector);
  const template = record(record(spec.template).metadata);
  const labels = record(template.labels) as Readonly<Record<string, string>>;
  const faults: FieldFault[] = [];
  if (Object.keys(selector).length === 0) {
    const why = "empty selector is invalid for deployment";
    faults.push(invalid("spec.selector", selector, why));
  } else if (!matchesLabels(selector, labels)) {
    const why = "`selector` does not match template `labels`";
    faults.push(invalid("spec.template.metadata.labels", labels, why));
  }
  const before = record(live?.spec).selector;
  if (live && !sameJson(before, spec.selector)) {
    faults.push(invalid("spec.selector", spec.selector, "field is immutable"));
  }
  return faults;
}

function eventFaults({ metadata, involvedObject }: KubeObject): readonly FieldFault[] {
  const { namespace } = record(involvedObject);
  const own = metadata.namespace ?? "";
  const fits = namespace ? namespace === own : own === "default";
  if (fits) return [];
  return [invalid("involvedObject.namespace", namespace ?? "", "does not match event.namespace")];
}
