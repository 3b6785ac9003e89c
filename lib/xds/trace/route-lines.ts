import { isRecord } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import { fieldAt, listField, textField } from "../field";

/** One line of an object that istiod makes a route of, in the words of `RouteRow`. */
export interface RouteLine {
  /** `spec.http[0].match[1]`; of the whole entry where it has no matches. */
  readonly field: string;
  readonly match: string;
  readonly conditions: string;
  /** What istiod calls its route; empty where the line has no name. */
  readonly name: string;
}

/** The lines of a VirtualService, an HTTPRoute or a GRPCRoute; none for other kinds. Source: istiod's core/route. */
export function routeLines(object: KubeObject): readonly RouteLine[] {
  const spec = fieldAt(object, "spec");
  switch (object.kind) {
    case "VirtualService":
      return listField(spec, "http").flatMap((route, index) =>
        linesOf(route, `spec.http[${index}]`, "match", virtualServiceLine),
      );
    case "GRPCRoute":
      return listField(spec, "rules").flatMap((rule, index) =>
        linesOf(rule, `spec.rules[${index}]`, "matches", grpcRouteLine),
      );
    case "HTTPRoute":
      return listField(spec, "rules").flatMap((rule, index) =>
        linesOf(rule, `spec.rules[${index}]`, "matches", httpRouteLine),
      );
    default:
      return [];
  }
}

type LineOf = (entry: unknown, match: unknown) => Omit<RouteLine, "field">;

function linesOf(
  entry: unknown,
  field: string,
  list: "match" | "matches",
  lineOf: LineOf,
): readonly RouteLine[] {
  const matches = listField(entry, list);
  return matches.length === 0
    ? [{ field, ...lineOf(entry, undefined) }]
    : matches.map((match, index) => ({
        field: `${field}.${list}[${index}]`,
        ...lineOf(entry, match),
      }));
}

const virtualServiceLine: LineOf = (entry, match) => ({
  match: uriText(fieldAt(match, "uri")),
  conditions: [
    ...headerTexts(fieldAt(match, "headers"), CONDITIONS),
    ...headerTexts(fieldAt(match, "withoutHeaders"), INVERTED),
    ...PSEUDO.flatMap(([field, name]) => {
      const wanted = fieldAt(match, field);
      return wanted === undefined ? [] : [conditionText(name, wanted, CONDITIONS)];
    }),
    ...headerTexts(fieldAt(match, "queryParams"), CONDITIONS).map((text) => `?${text}`),
  ].join(", "),
  name: [textField(entry, "name"), textField(match, "name")].filter(Boolean).join("."),
});

const PSEUDO = [
  ["method", ":method"],
  ["authority", ":authority"],
  ["scheme", ":scheme"],
] as const;

function uriText(uri: unknown): string {
  const exact = textField(uri, "exact");
  if (exact) return exact;
  const regex = textField(uri, "regex");
  if (regex) return `regex ${regex}`;
  return `${textField(uri, "prefix") || "/"}*`;
}

type Words = Readonly<Record<"exact" | "prefix" | "regex" | "present", string>>;

const CONDITIONS: Words = {
  exact: "=",
  prefix: "begins with",
  regex: "matches",
  present: "is present",
};
const INVERTED: Words = {
  exact: "≠",
  prefix: "does not begin with",
  regex: "does not match",
  present: "is absent",
};

function headerTexts(headers: unknown, words: Words): readonly string[] {
  if (!isRecord(headers)) return [];
  return Object.entries(headers).map(([name, wanted]) => conditionText(name, wanted, words));
}

function conditionText(name: string, wanted: unknown, words: Words): string {
  for (const kind of ["exact", "prefix", "regex"] as const) {
    const value = textField(wanted, kind);
    if (value) return `${name} ${words[kind]} ${value}`;
  }
  return `${name} ${words.present}`;
}

const httpRouteLine: LineOf = (_rule, match) => ({
  match: pathText(fieldAt(match, "path")),
  conditions: [
    ...listField(match, "headers").map((header) => httpRouteCondition("", header)),
    ...(textField(match, "method") ? [`:method = ${textField(match, "method")}`] : []),
    ...listField(match, "queryParams").map((parameter) => httpRouteCondition("?", parameter)),
  ].join(", "),
  // istiod numbers them by what it makes of the rules, not by where they stand.
  name: "",
});

const grpcRouteLine: LineOf = (_rule, match) => ({
  match: methodText(fieldAt(match, "method")),
  conditions: listField(match, "headers")
    .map((header) => httpRouteCondition("", header))
    .join(", "),
  name: "",
});

/** A call is a path: `/service/method`. */
function methodText(call: unknown): string {
  const [service, method] = [textField(call, "service"), textField(call, "method")];
  if (textField(call, "type") === "RegularExpression") {
    return `regex /${service || "[^/]+"}/${method || ".+"}`;
  }
  if (service && method) return `/${service}/${method}`;
  if (service) return `/${service}/*`;
  return method ? `regex /[^/]+/${method}` : "/*";
}

function pathText(path: unknown): string {
  const value = textField(path, "value") || "/";
  switch (textField(path, "type")) {
    case "Exact":
      return value;
    case "RegularExpression":
      return `regex ${value}`;
    default:
      return value === "/" ? "/*" : `PathPrefix:${value}`;
  }
}

const httpRouteCondition = (sign: string, condition: unknown): string =>
  `${sign}${textField(condition, "name")} ${textField(condition, "type") === "RegularExpression" ? "matches" : "="} ${textField(condition, "value")}`;
