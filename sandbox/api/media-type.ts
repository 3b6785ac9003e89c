import { refuse } from "./status-error";

/** In which form a client wants objects. */
export type Form = "object" | "table" | "metadata" | "metadata-list";

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

/** The entries of an Accept header, those that it prefers first; the others in their order. */
function preferred(accept: string | undefined): readonly MediaType[] {
  const quality = ({ parameters }: MediaType): number => {
    const value = Number(parameters.q ?? 1);
    return Number.isNaN(value) ? 1 : value;
  };
  return [...mediaTypes(accept)].sort((a, b) => quality(b) - quality(a));
}

const JSON_TYPES = new Set(["application/json", "application/*", "*/*"]);
const YAML_TYPE = "application/yaml";

/** How documents are written down. */
export type Format = "json" | "yaml";

/** The format that the Accept header asks for first, of those that we can give. */
export function wantedFormat(accept: string | undefined): Format {
  const first = preferred(accept).find(({ type }) => JSON_TYPES.has(type) || type === YAML_TYPE);
  return first?.type === YAML_TYPE ? "yaml" : "json";
}

/** What the real server names, though it has no custom resource in the last one, and we have nothing. */
const PROTOBUF = "application/vnd.kubernetes.protobuf";
const ENCODINGS = ["application/json", "application/yaml", PROTOBUF];

/**
 * Whether anything of an Accept header is served for a built-in kind, by its bare name. Such routes of
 * the real server know no wildcard but that for everything.
 */
export function isServed(accept: string | undefined): boolean {
  const entries = mediaTypes(accept);
  return (
    entries.length === 0 || entries.some(({ type }) => type === "*/*" || ENCODINGS.includes(type))
  );
}

/** What the real server names as served for a built-in kind; its lists can be watched too. */
export const representations = (watchable: boolean): readonly string[] =>
  watchable
    ? [...ENCODINGS, ...["application/json", PROTOBUF].map((type) => `${type};stream=watch`)]
    : ENCODINGS;

/**
 * The form that the Accept header asks for: the first entry that we can give.
 * Protobuf is asked for before JSON by Go clients; they take JSON too. @throws StatusError 406
 */
export function wantedForm(accept: string | undefined): Form {
  const entries = preferred(accept);
  if (entries.length === 0) return "object";
  for (const { type, parameters } of entries) {
    if (!JSON_TYPES.has(type) && type !== YAML_TYPE) continue;
    if (parameters.as === undefined) return "object";
    if (parameters.g !== "meta.k8s.io" || !["v1", "v1beta1"].includes(parameters.v ?? "")) continue;
    if (parameters.as === "Table") return "table";
    if (parameters.as === "PartialObjectMetadata") return "metadata";
    if (parameters.as === "PartialObjectMetadataList") return "metadata-list";
  }
  throw refuse.notAcceptable(ENCODINGS.join(", "));
}
