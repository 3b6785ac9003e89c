import { isRecord } from "./json-value";
import type { KubeObject } from "./object";

/** Whether an object is selected. */
export type Selector = (object: KubeObject) => boolean;

/** One term of a label selector. */
interface Requirement {
  readonly key: string;
  readonly operator: "in" | "notin" | "exists" | "absent";
  readonly values: readonly string[];
}

/** A text that is no selector, in the API server's words. */
export class SelectorError extends Error {
  override readonly name = "SelectorError";
}

const everything: Selector = () => true;
const KEY = String.raw`(?:[A-Za-z0-9][A-Za-z0-9.-]*/)?[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?`;
const SET = new RegExp(String.raw`^\s*(${KEY})\s+(in|notin)\s*\(([^()]*)\)\s*$`);
const EQUALS = new RegExp(String.raw`^\s*(${KEY})\s*(==|=|!=)\s*([\w.-]*)\s*$`);
const EXISTS = new RegExp(String.raw`^\s*(!?)\s*(${KEY})\s*$`);

/**
 * Parses the `labelSelector` of a list: `a=b,c!=d,e in (f,g),h notin (i),j,!k`.
 * @throws SelectorError
 */
export function labelSelector(text: string): Selector {
  const requirements = splitTerms(text).map(requirementOf);
  if (requirements.length === 0) return everything;
  return ({ metadata }) =>
    requirements.every((requirement) => satisfies(metadata.labels ?? {}, requirement));
}

/** Splits at commas outside parentheses; an empty text has no terms. */
function splitTerms(text: string): string[] {
  if (!text.trim()) return [];
  return text.split(/,(?![^(]*\))/);
}

function requirementOf(term: string): Requirement {
  const set = SET.exec(term);
  if (set) {
    const [, key = "", operator, values = ""] = set;
    return {
      key,
      operator: operator === "in" ? "in" : "notin",
      values: values.split(",").map((value) => value.trim()),
    };
  }
  const equals = EQUALS.exec(term);
  if (equals) {
    const [, key = "", operator, value = ""] = equals;
    return { key, operator: operator === "!=" ? "notin" : "in", values: [value] };
  }
  const exists = EXISTS.exec(term);
  if (exists) {
    const [, not, key = ""] = exists;
    return { key, operator: not ? "absent" : "exists", values: [] };
  }
  throw new SelectorError(`unable to parse requirement: ${term.trim()}`);
}

function satisfies(labels: Readonly<Record<string, string>>, requirement: Requirement): boolean {
  const { key, operator, values } = requirement;
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case "exists":
      return value !== undefined;
    case "absent":
      return value === undefined;
    case "in":
      return value !== undefined && values.includes(value);
    case "notin":
      return value === undefined || !values.includes(value);
  }
}

const ALWAYS = ["metadata.name", "metadata.namespace"];

/** The fields that a kind can be selected by, beside its name and namespace. */
const SELECTABLE: Readonly<Record<string, readonly string[]>> = {
  Pod: [
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "spec.hostNetwork",
    "status.phase",
    "status.podIP",
    "status.podIPs",
    "status.nominatedNodeName",
  ],
  Event: [
    "involvedObject.kind",
    "involvedObject.namespace",
    "involvedObject.name",
    "involvedObject.uid",
    "involvedObject.apiVersion",
    "involvedObject.resourceVersion",
    "involvedObject.fieldPath",
    "reason",
    "reportingComponent",
    "source",
    "type",
  ],
  Secret: ["type"],
  Namespace: ["status.phase"],
  Node: ["spec.unschedulable"],
  ReplicaSet: ["status.replicas"],
  Service: ["spec.clusterIP", "spec.type"],
};

/**
 * Parses the `fieldSelector` of a list of `kind`: `metadata.name=x,status.phase!=Running`.
 * A field that is absent from an object counts as the empty text. @throws SelectorError
 */
export function fieldSelector(text: string, kind: string): Selector {
  const selectable = [...ALWAYS, ...(SELECTABLE[kind] ?? [])];
  const terms = text
    .split(",")
    .filter((term) => term.trim())
    .map((term) => {
      const match = /^\s*([\w.]+)\s*(==|=|!=)(.*)$/.exec(term);
      if (!match)
        throw new SelectorError(`invalid selector: '${text}'; can't understand '${term}'`);
      const [, field = "", operator, value = ""] = match;
      if (!selectable.includes(field)) {
        throw new SelectorError(`field label not supported: ${field}`);
      }
      return { path: field.split("."), equal: operator !== "!=", value };
    });
  if (terms.length === 0) return everything;
  return (object) =>
    terms.every(({ path, equal, value }) => (textAt(object, path) === value) === equal);
}

function textAt(object: unknown, path: readonly string[]): string {
  let value = object;
  for (const part of path) value = isRecord(value) ? value[part] : undefined;
  return typeof value === "string"
    ? value
    : typeof value === "number" || typeof value === "boolean"
      ? String(value)
      : "";
}
