import { parseDocument } from "yaml";
import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";
import { duplicateKeys } from "./duplicate-keys";
import { mediaTypes } from "./media-type";
import { protobufObject } from "./protobuf-object";
import { ProtobufError } from "./protobuf-reader";
import { refuse } from "./status-error";

const JSON_TYPE = "application/json";
const YAML_TYPES = ["application/yaml", "application/apply-patch+yaml"];
const PROTOBUF_TYPE = "application/vnd.kubernetes.protobuf";
const ACCEPTED = [JSON_TYPE, "application/yaml", PROTOBUF_TYPE];
/** YAML is for people's small documents: aliases cannot multiply into a bomb. */
const MAX_ALIASES = 100;

/** The media type of a request's body without parameters; JSON when none is given. */
export const bodyType = (contentType: string): string =>
  mediaTypes(contentType)[0]?.type ?? JSON_TYPE;

/** Reads any JSON value. @throws StatusError 400 */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch (error) {
    if (error instanceof SyntaxError) throw refuse.badRequest(error.message);
    throw error;
  }
}

/** The fields that a JSON body, patch or object, gives more than once; none in other formats. */
export function repeatedFields(body: Buffer, contentType: string): readonly string[] {
  const isJson = /^\*\/\*$|^application\/(json|merge-patch\+json|strategic-merge-patch\+json)$/;
  return isJson.test(bodyType(contentType)) ? duplicateKeys(body.toString()) : [];
}

/** Reads an object of a create, replace or review. Undefined when the body is empty. @throws StatusError 400, 415 */
export function parseObject(body: Buffer, contentType: string): JsonRecord | undefined {
  if (body.length === 0) return undefined;
  const type = bodyType(contentType);
  const value =
    type === PROTOBUF_TYPE
      ? parseProtobuf(body)
      : YAML_TYPES.includes(type)
        ? parseYaml(body)
        : type === JSON_TYPE || type === "*/*"
          ? parseJson(body)
          : unsupported();
  if (value === null) return {};
  if (!isRecord(value)) throw refuse.badRequest("the body of the request must be an object");
  return value;
}

function unsupported(): never {
  throw refuse.unsupportedMediaType(ACCEPTED);
}

function parseYaml(body: Buffer): unknown {
  const document = parseDocument(body.toString(), { uniqueKeys: true });
  const [error] = document.errors;
  if (error) throw refuse.badRequest(`error converting YAML to JSON: ${error.message}`);
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (tooMany) {
    if (tooMany instanceof ReferenceError) throw refuse.badRequest(tooMany.message);
    throw tooMany;
  }
}

function parseProtobuf(body: Buffer): JsonRecord {
  try {
    const object = protobufObject(body);
    if (!object) throw refuse.unsupportedMediaType([JSON_TYPE, "application/yaml"]);
    return object;
  } catch (error) {
    if (error instanceof ProtobufError) throw refuse.badRequest(error.message);
    throw error;
  }
}
