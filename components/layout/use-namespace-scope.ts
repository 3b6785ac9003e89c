"use client";

import { parseAsArrayOf, parseAsString, useQueryState } from "nuqs";

const scopeParser = parseAsArrayOf(parseAsString)
  .withDefault([])
  .withOptions({ history: "push", clearOnDefault: true });

/** The namespaces that all pages are narrowed to, from `ns` in the URL; empty means all. */
export function useNamespaceScope(): readonly string[] {
  return useQueryState("ns", scopeParser)[0];
}

/** The scope and how to change it. */
export function useNamespaceScopeState() {
  return useQueryState("ns", scopeParser);
}

/**
 * Turns a path of ours into a link that keeps the scope: what one looks at stays narrowed while
 * one goes from page to page.
 */
export function useScopedHref(): (path: string) => string {
  const scope = useNamespaceScope();
  return (path) => {
    if (scope.length === 0) return path;
    const [base = "", query = ""] = path.split("?", 2);
    const params = new URLSearchParams(query);
    params.set("ns", scope.join(","));
    return `${base}?${params.toString()}`;
  };
}
