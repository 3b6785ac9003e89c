import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { customResourceDefinitions } from "@/lib/istio/schemas/custom-resource-definitions";
import { ApiClient } from "./api-client";
import type { Folders } from "./folders";

const Item = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    resourceVersion: z.string().optional(),
    generation: z.number().optional(),
  }),
});
type Item = z.infer<typeof Item>;
const List = z.looseObject({ kind: z.string(), apiVersion: z.string(), items: z.array(Item) });
const Definition = z.looseObject({
  spec: z.looseObject({
    group: z.string(),
    scope: z.string(),
    names: z.looseObject({ plural: z.string() }),
    versions: z.array(z.looseObject({ name: z.string(), storage: z.boolean() })),
  }),
});

/** What tests of the product change: Istio's objects, and the state of rollouts. */
interface Collection {
  /** Such as `/apis/networking.istio.io/v1`. */
  readonly root: string;
  readonly plural: string;
  readonly query: string;
}

function collections(): Collection[] {
  const kinds = customResourceDefinitions().flatMap((definition) => {
    const { group, scope, names, versions } = Definition.parse(definition).spec;
    const stored = versions.find(({ storage }) => storage);
    return scope === "Namespaced" && stored && group.endsWith(".istio.io")
      ? [{ root: `/apis/${group}/${stored.name}`, plural: names.plural, query: "" }]
      : [];
  });
  const query = "?labelSelector=app.kubernetes.io/managed-by%3Dquarterdeck";
  return [...kinds, { root: "/api/v1", plural: "configmaps", query }];
}

/**
 * Remembers the mesh's configuration as it is now; the result puts it back: what was made since is
 * deleted, what was changed or deleted is written as it was. @throws LabError with the server's words
 */
export async function meshSnapshot(folders: Folders): Promise<() => Promise<void>> {
  const api = new ApiClient(folders);
  const before = await Promise.all(
    collections().map(async (of) => ({ of, objects: await read(api, of) })),
  );
  const known = new Set((await rolloutDefinitions(api)).keys());
  return async () => {
    for (const { of, objects } of before) await putBack(api, of, objects);
    for (const [path, definition] of await rolloutDefinitions(api)) {
      if (!known.has(path)) await uninstall(api, path, definition);
    }
  };
}

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/** The definitions of the product's own kinds by their paths; the lab comes up without any. */
async function rolloutDefinitions(api: ApiClient): Promise<ReadonlyMap<string, unknown>> {
  const { items } = List.parse(await api.send("GET", DEFINITIONS));
  const own = items.filter(({ metadata }) => metadata.name.endsWith(".quarterdeck.dev"));
  return new Map(own.map((item) => [`${DEFINITIONS}/${item.metadata.name}`, item]));
}

/** Deletes an object for good: nobody is left who would take its finalizers away. */
async function remove(api: ApiClient, path: string, object: Item): Promise<void> {
  const { finalizers, ...metadata } = object.metadata;
  if (finalizers !== undefined) await api.send("PUT", path, { ...object, metadata });
  await api.send("DELETE", path);
}

/** Deletes a definition with what is stored by it. */
async function uninstall(api: ApiClient, path: string, definition: unknown): Promise<void> {
  const { group, names, versions } = Definition.parse(definition).spec;
  const version = versions.find(({ storage }) => storage)?.name ?? "";
  const stored = await read(api, {
    root: `/apis/${group}/${version}`,
    plural: names.plural,
    query: "",
  });
  for (const [of, object] of stored) await remove(api, of, object);
  await api.send("DELETE", path);
}

async function putBack(
  api: ApiClient,
  of: Collection,
  before: ReadonlyMap<string, Item>,
): Promise<void> {
  const now = await read(api, of);
  for (const [path, object] of now) if (!before.has(path)) await remove(api, path, object);
  for (const [path, object] of before) {
    const current = now.get(path);
    if (current && isDeepStrictEqual(withoutHistory(current), withoutHistory(object))) continue;
    const { resourceVersion: _, uid: __, ...metadata } = object.metadata;
    const { resourceVersion } = current?.metadata ?? {};
    const body = {
      ...object,
      metadata: { ...metadata, ...(resourceVersion && { resourceVersion }) },
    };
    await (current
      ? api.send("PUT", path, body)
      : api.send("POST", path.slice(0, path.lastIndexOf("/")), body));
  }
}

/** The objects of a collection by their paths. */
async function read(api: ApiClient, { root, plural, query }: Collection) {
  const { items, apiVersion, kind } = List.parse(
    await api.send("GET", `${root}/${plural}${query}`),
  );
  return new Map(
    items.map((item) => {
      const { namespace = "", name } = item.metadata;
      const typed = { apiVersion, kind: kind.replace(/List$/, ""), ...item };
      const path: string = `${root}/namespaces/${namespace}/${plural}/${name}`;
      return [path, typed] as const;
    }),
  );
}

/** An object without what the server counts and notes by itself. */
function withoutHistory({ metadata, ...rest }: Item): unknown {
  const { resourceVersion: _, generation: __, managedFields: ___, ...own } = metadata;
  return { ...rest, metadata: own };
}
