import { createHash } from "node:crypto";
import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";
import { type Answer, json } from "./object-request";
import { apiVersionOf, type ResourceType, type ServedVersion } from "./resource-type";
import { objectMeta } from "@/lib/k8s/schema-parts";
import type { TypeRegistry } from "./type-registry";

const META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
const PREFIX = "/openapi/v3";

interface Document {
  readonly text: string;
  readonly hash: string;
}

/** OpenAPI v3, one document for each group version: what kubectl apply, create and explain read. */
export class OpenApi {
  private generation = -1;
  private documents = new Map<string, Document>();

  constructor(private readonly types: TypeRegistry) {}

  /** Answers `/openapi/v3` and what lies below it; undefined for any other path. */
  answer(pathname: string): Answer | undefined {
    if (pathname !== PREFIX && !pathname.startsWith(`${PREFIX}/`)) return undefined;
    this.refresh();
    const name = pathname.slice(PREFIX.length + 1);
    if (!name) return json(200, { paths: this.index() });
    const document = this.documents.get(name);
    return document && { code: 200, text: document.text };
  }

  private index(): JsonRecord {
    return Object.fromEntries(
      [...this.documents].map(([name, { hash }]) => [
        name,
        { serverRelativeURL: `${PREFIX}/${name}?hash=${hash}` },
      ]),
    );
  }

  private refresh(): void {
    if (this.generation === this.types.generation) return;
    this.generation = this.types.generation;
    const byVersion = new Map<string, [ResourceType, ServedVersion][]>();
    for (const type of this.types.all()) {
      for (const version of type.versions) {
        const name = `${type.group ? "apis" : "api"}/${apiVersionOf(type.group, version.name)}`;
        byVersion.set(name, [...(byVersion.get(name) ?? []), [type, version]]);
      }
    }
    this.documents = new Map(
      [...byVersion].map(([name, members]) => {
        const text = JSON.stringify(documentOf(name, members));
        const hash = createHash("sha256").update(text).digest("hex").toUpperCase();
        return [name, { text, hash }];
      }),
    );
  }
}

function documentOf(
  name: string,
  members: readonly (readonly [ResourceType, ServedVersion])[],
): JsonRecord {
  const paths = members.flatMap(([type, version]) => pathsOf(name, type, version));
  const schemas = members.flatMap(([type, version]) => schemasOf(type, version));
  return {
    openapi: "3.0.0",
    info: { title: "Kubernetes", version: "v1.33.0" },
    paths: Object.fromEntries(paths),
    components: { schemas: { [META]: META_SCHEMA, ...Object.fromEntries(schemas) } },
  };
}

const META_SCHEMA: JsonRecord = { description: "The metadata of an object.", ...objectMeta };

/** `io.istio.networking.v1.VirtualService`. */
function schemaName({ group, kind }: ResourceType, version: ServedVersion): string {
  const home = group.includes(".") ? group : `${group || "core"}.api.k8s.io`;
  return [...home.split(".").reverse(), version.name, kind].join(".");
}

function schemasOf(type: ResourceType, version: ServedVersion): readonly [string, JsonRecord][] {
  const { group, kind, listKind } = type;
  const name = schemaName(type, version);
  const id = (of: string) => ({
    "x-kubernetes-group-version-kind": [{ group, version: version.name, kind: of }],
  });
  const schema: JsonRecord = { type: "object", ...version.schema };
  const properties = isRecord(schema.properties) ? schema.properties : {};
  const reference = (to: string) => ({ allOf: [{ $ref: `#/components/schemas/${to}` }] });
  const whole: JsonRecord = {
    ...schema,
    properties: {
      ...properties,
      apiVersion: { type: "string", description: "The version of this schema of the object." },
      kind: { type: "string", description: "What the object is." },
      metadata: { description: "Name, labels and what the server keeps.", ...reference(META) },
    },
    ...id(kind),
  };
  const list: JsonRecord = {
    type: "object",
    required: ["items"],
    properties: {
      apiVersion: { type: "string" },
      kind: { type: "string" },
      metadata: { type: "object" },
      items: { type: "array", items: reference(name) },
    },
    ...id(listKind),
  };
  return [
    [name, whole],
    [`${name}List`, list],
  ];
}

const parameter = (name: string, type = "string"): JsonRecord => ({
  name,
  in: "query",
  schema: { type, uniqueItems: true },
});
const WRITE = ["dryRun", "fieldManager", "fieldValidation"].map((name) => parameter(name));
const LIST = [
  ...["labelSelector", "fieldSelector", "resourceVersion", "continue"].map((name) =>
    parameter(name),
  ),
  parameter("limit", "integer"),
  parameter("watch", "boolean"),
];

function pathsOf(
  name: string,
  type: ResourceType,
  version: ServedVersion,
): readonly [string, JsonRecord][] {
  const reference = { $ref: `#/components/schemas/${schemaName(type, version)}` };
  const content = { "application/json": { schema: reference } };
  const operation = (action: string, parameters: readonly JsonRecord[], body?: JsonRecord) => ({
    parameters,
    ...(body ? { requestBody: { content: body } } : {}),
    responses: { 200: { description: "OK", content } },
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": {
      group: type.group,
      version: version.name,
      kind: type.kind,
    },
  });
  const patches = [
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/apply-patch+yaml",
    ...(type.custom ? [] : ["application/strategic-merge-patch+json"]),
  ];
  const patchBody = Object.fromEntries(patches.map((media) => [media, { schema: {} }]));
  const one = {
    get: operation("get", []),
    put: operation("put", WRITE, content),
    patch: operation("patch", [...WRITE, parameter("force", "boolean")], patchBody),
    delete: operation("delete", [parameter("dryRun"), parameter("propagationPolicy")]),
  };
  const scope = type.namespaced ? "namespaces/{namespace}/" : "";
  const collection = `/${name}/${scope}${type.plural}`;
  return [
    [collection, { get: operation("list", LIST), post: operation("post", WRITE, content) }],
    [`${collection}/{name}`, one],
    ...(version.status ? [[`${collection}/{name}/status`, one] as [string, JsonRecord]] : []),
  ];
}
