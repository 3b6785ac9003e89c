import { refuse } from "./status-error";

/** In which form a client wants objects. */
export type Form = "object" | "table" | "metadata";

/** One entry of an Accept or Content-Type header. */
export interface MediaType {
  /** `application/json`, in lower case. */
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Parses a Content-Type, or each entry of an Accept header. */
export function mediaTypes(header: string | undefined): readonly MediaType[] {
  return (header ?? "")
    .split(",")
    .map((entry) => entry.trim())
    .filter(Boolean)
    .map((entry) => {
      const [type = "", ...parameters] = entry.split(";").map((part) => part.trim());
      return {
        type: type.toLowerCase(),
        parameters: Object.fromEntries(
          parameters.map((parameter) => {
            const [key = "", value = ""] = parameter.split("=");
            return [key.trim(), value.trim()];
          }),
        ),
      };
    });
}

const JSON_TYPES = new Set(["application/json", "application/*", "*/*"]);
const YAML_TYPE = "application/yaml";

/** How documents are written down. */
export type Format = "json" | "yaml";

/** The format that the Accept header asks for first, of those that we can give. */
export function wantedFormat(accept: string | undefined): Format {
  const first = mediaTypes(accept).find(({ type }) => JSON_TYPES.has(type) || type === YAML_TYPE);
  return first?.type === YAML_TYPE ? "yaml" : "json";
}

/**
 * The form that the Accept header asks for: the first entry that we can give.
 * Protobuf is asked for before JSON by Go clients; they take JSON too. @throws StatusError 406
 */
export function wantedForm(accept: string | undefined): Form {
  const entries = mediaTypes(accept);
  if (entries.length === 0) return "object";
  for (const { type, parameters } of entries) {
    if (!JSON_TYPES.has(type) && type !== YAML_TYPE) continue;
    if (parameters.as === undefined) return "object";
    if (parameters.g !== "meta.k8s.io" || !["v1", "v1beta1"].includes(parameters.v ?? "")) continue;
    if (parameters.as === "Table") return "table";
    if (/^PartialObjectMetadata(List)?$/.test(parameters.as)) return "metadata";
  }
  throw refuse.notAcceptable("application/json");
}
