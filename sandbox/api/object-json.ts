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
export function objectJson(object: KubeObject, apiVersion = object.apiVersion): string {
  let text = cache.get(object);
  if (text === undefined) {
    text = JSON.stringify(object);
    cache.set(object, text);
  }
  if (apiVersion === object.apiVersion) return text;
  const stored = `{"apiVersion":${JSON.stringify(object.apiVersion)}`;
  return `{"apiVersion":${JSON.stringify(apiVersion)}${text.slice(stored.length)}`;
}
