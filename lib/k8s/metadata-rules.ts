import type { KubeObject, ObjectMeta, OwnerReference } from "./object";
import type { FieldFault } from "./schema";

const LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const SUBDOMAIN = String.raw`[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*`;
const QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const VALUE = String.raw`(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?`;
const MAX_ANNOTATION_BYTES = 256 * 1024;

const whole = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`);
const LABEL_PATTERN = whole(LABEL);
const SUBDOMAIN_PATTERN = whole(SUBDOMAIN);
const QUALIFIED_PATTERN = whole(QUALIFIED);
const VALUE_PATTERN = whole(VALUE);

const LABEL_WORDS = `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${LABEL}')`;
const SUBDOMAIN_WORDS = `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${SUBDOMAIN}')`;
const QUALIFIED_WORDS = `name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${QUALIFIED}')`;
const VALUE_WORDS = `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '${VALUE}')`;

/** How a kind's names are restricted. */
export type NameRule = "label" | "subdomain" | "label-1035" | "segment";

const invalid = (field: string, value: string, why: string): FieldFault => ({
  reason: "FieldValueInvalid",
  field,
  message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
});

/** What is wrong with an object's metadata, in the words of the API server. */
export function metadataFaults(
  { metadata }: KubeObject,
  options: { namespaced: boolean; nameRule: NameRule; custom: boolean },
): readonly FieldFault[] {
  return [
    ...nameFaults(metadata, options.nameRule),
    ...namespaceFaults(metadata, options.namespaced),
    ...Object.entries(metadata.labels ?? {}).flatMap(([key, value]) => [
      ...keyFaults("metadata.labels", key),
      ...valueFaults("metadata.labels", value),
    ]),
    ...annotationFaults(metadata),
    ...(metadata.finalizers ?? []).flatMap((text) => keyFaults("metadata.finalizers", text)),
    ...(options.custom ? [] : unqualifiedFinalizers(metadata)),
    ...(metadata.ownerReferences ?? []).flatMap(ownerFaults),
    ...controllerFaults(metadata),
  ];
}

const STANDARD_FINALIZERS = new Set(["kubernetes", "orphan", "foregroundDeletion"]);

/** Built-in kinds take no finalizer without a domain, save Kubernetes' own. */
const unqualifiedFinalizers = ({ finalizers = [] }: ObjectMeta): readonly FieldFault[] =>
  finalizers.flatMap((text, index) =>
    text.includes("/") || STANDARD_FINALIZERS.has(text)
      ? []
      : [
          invalid(
            `metadata.finalizers[${index}]`,
            text,
            "name is neither a standard finalizer name nor is it fully qualified",
          ),
        ],
  );

/** An object has at most one controller. */
function controllerFaults({ ownerReferences = [] }: ObjectMeta): readonly FieldFault[] {
  const controllers = ownerReferences.filter(({ controller }) => controller === true);
  if (controllers.length < 2) return [];
  const found = controllers.map(({ kind, name }) => `${kind}/${name}`).join(" and ");
  return [
    {
      reason: "FieldValueInvalid",
      field: "metadata.ownerReferences",
      message: `Invalid value: ${JSON.stringify(ownerReferences)}: Only one reference can have Controller set to true. Found "true" in references for ${found}`,
    },
  ];
}

/** What the API server allows in the metadata of a custom kind but warns of. */
export const metadataWarnings = ({ metadata }: KubeObject): readonly string[] =>
  (metadata.finalizers ?? [])
    .filter((text) => !text.includes("/") && !STANDARD_FINALIZERS.has(text))
    .map(
      (text) =>
        `metadata.finalizers: ${JSON.stringify(text)}: prefer a domain-qualified finalizer name to avoid accidental conflicts with other finalizer writers`,
    );

/** Longer prefixes of generated names are cut before five random letters are added. */
const LONGEST_PREFIX = 58;

function nameFaults(
  { name: given, generateName: prefix }: ObjectMeta,
  rule: NameRule,
): readonly FieldFault[] {
  const name = given || (prefix && `${prefix.slice(0, LONGEST_PREFIX)}xxxxx`);
  if (!name) {
    return [
      {
        reason: "FieldValueRequired",
        field: "metadata.name",
        message: "Required value: name or generateName is required",
      },
    ];
  }
  const ofPrefix = prefix ? namingProblems(withoutLastDash(prefix), rule) : [];
  return [
    ...ofPrefix.map((why) => invalid("metadata.generateName", prefix ?? "", why)),
    ...namingProblems(name, rule).map((why) => invalid("metadata.name", name, why)),
  ];
}

/** A prefix may end with a dash, and the API server looks no closer at the letter before it. */
const withoutLastDash = (prefix: string): string =>
  prefix.length > 1 && prefix.endsWith("-") ? `${prefix.slice(0, -2)}a` : prefix;

const LABEL_1035 = "[a-z]([-a-z0-9]*[a-z0-9])?";
const LABEL_1035_PATTERN = whole(LABEL_1035);

/** A name that is only kept from breaking a request's path, such as a role's. */
const segmentProblems = (name: string): readonly string[] =>
  name === "." || name === ".."
    ? [`may not be '${name}'`]
    : ["/", "%"].filter((sign) => name.includes(sign)).map((sign) => `may not contain '${sign}'`);

function namingProblems(name: string, rule: NameRule): readonly string[] {
  if (rule === "segment") return segmentProblems(name);
  const longest = rule === "subdomain" ? 253 : 63;
  const long =
    name.length > longest
      ? [`must be no more than ${longest} ${rule === "subdomain" ? "characters" : "bytes"}`]
      : [];
  switch (rule) {
    case "subdomain":
      return [...long, ...(SUBDOMAIN_PATTERN.test(name) ? [] : [SUBDOMAIN_WORDS])];
    case "label":
      return [...long, ...(LABEL_PATTERN.test(name) ? [] : [LABEL_WORDS])];
    case "label-1035":
      if (LABEL_1035_PATTERN.test(name)) return long;
      return [
        ...long,
        `a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '${LABEL_1035}')`,
      ];
  }
}

function namespaceFaults({ namespace }: ObjectMeta, namespaced: boolean): readonly FieldFault[] {
  if (!namespaced) {
    if (!namespace) return [];
    return [
      {
        reason: "FieldValueForbidden",
        field: "metadata.namespace",
        message: "Forbidden: not allowed on this type",
      },
    ];
  }
  if (!namespace) {
    return [
      { reason: "FieldValueRequired", field: "metadata.namespace", message: "Required value" },
    ];
  }
  return namingProblems(namespace, "label").map((why) =>
    invalid("metadata.namespace", namespace, why),
  );
}

/** A qualified name: an optional DNS prefix, a slash, and a name of at most 63 letters. */
function keyFaults(field: string, key: string): readonly FieldFault[] {
  const parts = key.split("/");
  const name = parts.at(-1) ?? "";
  const why: string[] = [];
  if (parts.length > 2) {
    return [
      invalid(
        field,
        key,
        "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
      ),
    ];
  }
  const [prefix] = parts;
  if (parts.length === 2 && prefix !== undefined) {
    if (!prefix) why.push("prefix part must be non-empty");
    else if (!SUBDOMAIN_PATTERN.test(prefix)) why.push(`prefix part ${SUBDOMAIN_WORDS}`);
    else if (prefix.length > 253) why.push("prefix part must be no more than 253 bytes");
  }
  if (!name) why.push("name part must be non-empty");
  else if (name.length > 63) why.push("name part must be no more than 63 bytes");
  if (!QUALIFIED_PATTERN.test(name)) why.push(QUALIFIED_WORDS);
  return why.map((problem) => invalid(field, key, problem));
}

function valueFaults(field: string, value: string): readonly FieldFault[] {
  return [
    ...(value.length > 63 ? [invalid(field, value, "must be no more than 63 bytes")] : []),
    ...(VALUE_PATTERN.test(value) ? [] : [invalid(field, value, VALUE_WORDS)]),
  ];
}

function annotationFaults({ annotations = {} }: ObjectMeta): readonly FieldFault[] {
  const field = "metadata.annotations";
  const entries = Object.entries(annotations);
  const size = entries.reduce((total, [key, value]) => total + key.length + value.length, 0);
  return [
    // Annotation keys are compared in lower case, so upper-case prefixes pass.
    ...entries.flatMap(([key]) => keyFaults(field, key.toLowerCase())),
    ...(size > MAX_ANNOTATION_BYTES
      ? [
          {
            reason: "FieldValueTooLong",
            field,
            message: `Too long: may not be more than ${MAX_ANNOTATION_BYTES} bytes`,
          },
        ]
      : []),
  ];
}

function ownerFaults(owner: OwnerReference): readonly FieldFault[] {
  const field = "metadata.ownerReferences";
  const { apiVersion, kind } = owner;
  const empty = (name: "kind" | "name" | "uid") =>
    owner[name] ? [] : [invalid(`${field}.${name}`, owner[name] ?? "", "must not be empty")];
  return [
    ...(hasVersion(apiVersion ?? "")
      ? []
      : [invalid(`${field}.apiVersion`, apiVersion ?? "", "version must not be empty")]),
    ...empty("kind"),
    ...empty("name"),
    ...empty("uid"),
    ...(apiVersion === "v1" && kind === "Event"
      ? [
          {
            reason: "FieldValueInvalid",
            field,
            message: `Invalid value: ${JSON.stringify(owner)}: /v1, Kind=Event is disallowed from being an owner`,
          },
        ]
      : []),
  ];
}

/** `v1` or `group/v1`. */
const hasVersion = (apiVersion: string): boolean => /^(?:[^/]*\/)?[^/]+$/.test(apiVersion);
