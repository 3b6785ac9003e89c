import type { KubeObject } from "@/lib/k8s/object";

const cache = new WeakMap<KubeObject, string>();

/** The object with `apiVersion`, `kind` and `metadata` first, as `objectJson` relies on. */
export function inKeyOrder(object: KubeObject): KubeObject {
  const { apiVersion, kind, metadata, ...rest } = object;
  return { apiVersion, kind, metadata, ...rest };
}

/**
 * The object as JSON text, made once for each stored object; stored objects never change.
 * `apiVersion` overrides the one stored: all versions of our kinds hold the same fields.
 */
export function objectJson(object: KubeObject, apiVersion: string): string {
  return `{"apiVersion":${JSON.stringify(apiVersion)},"kind":${JSON.stringify(object.kind)},${fieldsJson(object)}`;
}

/** The object without its apiVersion and kind, as items of built-in lists are written. */
export const itemJson = (object: KubeObject): string => `{${fieldsJson(object)}`;

function fieldsJson(object: KubeObject): string {
  let text = cache.get(object);
  if (text === undefined) {
    const { apiVersion: _, kind: __, ...fields } = object;
    text = JSON.stringify(fields).slice(1);
    cache.set(object, text);
  }
  return text;
}
