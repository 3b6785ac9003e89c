import type { Document, Node } from "yaml";
import { isMap, isNode, isPair, isScalar, isSeq } from "yaml";
import { groupOf, type KindId, kindIdOf, kindInfo } from "@/lib/istio/kinds";
import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";
import type { KubeObject } from "@/lib/k8s/object";
import { goValue, GoYamlError } from "@/lib/yaml/go-value";
import { parseYaml, type YamlLimits } from "@/lib/yaml/parse";
import { findPair } from "@/lib/yaml/walk";
import { type Chunk, chunksOf } from "./chunks";
import { chunkLines, type FieldLines, itemLines } from "./field-lines";
import { GATEWAY_API_TYPES } from "./gateway-api-types";
import { checkGoType, DecodeError } from "./go-types";
import { decodeIstio } from "./istio-types";
import { KUBERNETES_TYPES, OBJECT_META } from "./kubernetes-types";

/** An object of a file as istioctl has it. */
export interface ReadObject {
  readonly object: KubeObject;
  readonly kind: KindId;
  readonly file: string;
  /** The line of the object. */
  readonly line: number;
  readonly fieldLines: FieldLines;
}

/** What istioctl reads of some files. */
export interface ReadFiles {
  /** Of objects with the same kind, namespace and name the last one. */
  readonly objects: readonly ReadObject[];
  /** Why parts of files were left out, one sentence each. */
  readonly refused: readonly string[];
}

interface FileText {
  readonly file: string;
  readonly text: string;
}

interface Options {
  /** For objects that name no namespace; may be empty. */
  readonly namespace: string;
  /** The kinds that are read at all. */
  readonly kinds: ReadonlySet<KindId>;
  readonly limits: YamlLimits;
}

/** Reads files as istioctl does. Source: istio pilot/pkg/config/file/store.go. */
export function readAsIstioctl(files: readonly FileText[], options: Options): ReadFiles {
  const found = new Map<string, ReadObject & { readonly text: string }>();
  const refused: string[] = [];
  const chunks = files.flatMap(({ file, text }) =>
    chunksOf(text).map((chunk, index) => ({ file, chunk, index })),
  );
  for (const { file, chunk, index } of chunks) {
    try {
      for (const read of readChunk(chunk, file, options) ?? []) {
        const { namespace = "", name } = read.object.metadata;
        const key = `${read.kind} ${namespace}/${name}`;
        // The same text again changes nothing, its place least of all.
        if (found.get(key)?.text !== read.text) found.set(key, read);
      }
    } catch (error) {
      if (!(error instanceof DecodeError || error instanceof GoYamlError)) throw error;
      refused.push(`${file}[${index}]: ${error.message}`);
    }
  }
  const objects = [...found.values()].filter(({ object, kind }) => {
    const { namespace, name } = object.metadata;
    return !IGNORED.has((kind === "Namespace" ? name : namespace) ?? "");
  });
  return { objects, refused };
}

const IGNORED: ReadonlySet<string> = new Set([
  "kube-system",
  "kube-public",
  "kube-node-lease",
  "local-path-storage",
]);

type WithText = ReadObject & { readonly text: string };

/** The objects of a document; undefined where it is or holds a kind that is not read. */
function readChunk(chunk: Chunk, file: string, options: Options): readonly WithText[] | undefined {
  const parsed = parseYaml(chunk.text, options.limits);
  const [document] = parsed.documents;
  const fault = document?.tree.errors.find(({ code }) => code !== "DUPLICATE_KEY");
  if (!document || fault) {
    if (!document && parsed.problems.length === 0) return [];
    throw new DecodeError(`failed converting YAML to JSON: ${fault?.message ?? "unreadable"}`);
  }
  const value = chunk.text.startsWith("{") ? jsonOf(chunk.text) : goValue(document.tree);
  if (value === null) return [];
  const meta = typeMeta(value);
  if (meta.kind === "List") return readList(document.tree, { chunk, file, options });
  const read = readObject(value, meta, options);
  if (!read) return undefined;
  const fieldLines = chunkLines(document.tree, chunk.text, chunk.line);
  return [{ ...read, file, line: chunk.line, fieldLines, text: chunk.text }];
}

/** What begins with a brace must be JSON, and nothing behind it. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new DecodeError(`failed interpreting jsonChunk: json parse error: ${why}`);
  }
}

/** A List counts as a whole: an item of a kind that is not read ends it without a word. */
function readList(
  tree: Document,
  { chunk, file, options }: { chunk: Chunk; file: string; options: Options },
): readonly WithText[] | undefined {
  const root = tree.contents;
  const items = isMap(root) ? findPair(root, "items")?.value : undefined;
  if (!isSeq(items)) {
    throw new DecodeError(
      "failed extracting resource chunks from list yaml chunk: failed parsing yamlChunk: malformed items field",
    );
  }
  const objects: WithText[] = [];
  for (const item of items.items) {
    if (!isMap(item)) throw new DecodeError("failed parsing yamlChunk: malformed items field");
    const value = goValue(tree, item);
    const meta = typeMeta(value);
    const line = chunk.line + lineIn(chunk.text, item);
    if (meta.kind === "List") {
      const inner = readChunk({ text: printedAlone(chunk.text, item), line }, file, options);
      if (!inner) return undefined;
      objects.push(...inner);
      continue;
    }
    const read = readObject(value, meta, options);
    if (!read) return undefined;
    const fieldLines = itemLines(item, line);
    objects.push({ ...read, file, line, fieldLines, text: writtenForm(item) });
  }
  return objects;
}

/** An item as a text of its own, without empty lines. */
function printedAlone(text: string, item: Node): string {
  const [start = 0, end = text.length] = item.range ?? [];
  const indent = start - (text.lastIndexOf("\n", start - 1) + 1);
  const [first = "", ...others] = text.slice(start, end).split("\n");
  return [first, ...others.map((line) => line.slice(indent))]
    .filter((line) => line.trim() !== "")
    .join("\n");
}

/**
 * How an item of a List is written, apart from indents and empty lines: istioctl compares items as
 * it prints them, with quotes and comments as they were.
 */
function writtenForm(node: unknown): string {
  if (isPair(node)) return `${writtenForm(node.key)}: ${writtenForm(node.value)}`;
  if (!isNode(node)) return "";
  const { comment = "", commentBefore = "" } = node;
  const inner =
    isMap(node) || isSeq(node)
      ? [node.flow === true, ...node.items.map(writtenForm)]
      : isScalar(node)
        ? [node.type, node.source]
        : [String(node)];
  return JSON.stringify([comment, commentBefore, ...inner]);
}

/** The 1-based line of a node in its text. */
function lineIn(text: string, node: Node): number {
  return text.slice(0, node.range?.[0] ?? 0).split("\n").length;
}

interface TypeMeta {
  readonly apiVersion: string;
  readonly kind: string;
}

function typeMeta(value: unknown): TypeMeta {
  if (!isRecord(value)) throw new DecodeError("failed interpreting jsonChunk: no object");
  const { apiVersion = "", kind = "" } = value;
  if (typeof (apiVersion ?? "") !== "string" || typeof (kind ?? "") !== "string") {
    throw new DecodeError("failed interpreting jsonChunk: apiVersion and kind must be texts");
  }
  return {
    apiVersion: (apiVersion ?? "") as string,
    kind: (kind ?? "") as string,
  };
}

/** Undefined for a kind or version that is not read. */
function readObject(
  value: unknown,
  meta: TypeMeta,
  options: Options,
): { readonly object: KubeObject; readonly kind: KindId } | undefined {
  if (meta.apiVersion === "" && meta.kind === "") {
    throw new DecodeError("unable to parse resource with no group, version and kind");
  }
  const kind = kindIdOf(meta);
  if (!kind || !options.kinds.has(kind) || !hasVersion(kind, meta.apiVersion)) return undefined;
  if (!isRecord(value)) return undefined;
  const metadata = value["metadata"] ?? {};
  checkGoType(metadata, OBJECT_META, "ObjectMeta.metadata");
  const type = KUBERNETES_TYPES[kind] ?? GATEWAY_API_TYPES[kind];
  if (type) checkGoType(value, type, kind);
  const { spec, status } = type ? value : decodeIstio(kind, value);
  const object = {
    ...value,
    ...meta,
    metadata: named(kind, metadata as JsonRecord, options.namespace),
    ...(spec !== undefined && { spec }),
    ...(status !== undefined && { status }),
  };
  return { kind, object };
}

function named(kind: KindId, given: JsonRecord, namespace: string): KubeObject["metadata"] {
  const { namespace: written, ...metadata } = given;
  const name = typeof metadata["name"] === "string" ? metadata["name"] : "";
  const owner = typeof written === "string" && written !== "" ? written : namespace;
  const scoped = kindInfo(kind).namespaced && owner !== "" ? { namespace: owner } : {};
  return { ...metadata, name, ...scoped };
}

/** Versions that istioctl takes beside those that are served. */
const OLD_VERSIONS: Partial<Record<KindId, readonly string[]>> = {
  KubernetesGateway: ["v1alpha2"],
  HTTPRoute: ["v1alpha2"],
  GRPCRoute: ["v1alpha2"],
};

function hasVersion(kind: KindId, apiVersion: string): boolean {
  const group = groupOf(apiVersion);
  const version = group ? apiVersion.slice(group.length + 1) : apiVersion;
  return [...kindInfo(kind).versions, ...(OLD_VERSIONS[kind] ?? [])].includes(version);
}
