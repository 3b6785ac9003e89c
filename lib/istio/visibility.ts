/** To whom an object is visible: everybody, or those namespaces (none for `~`). */
export type Visibility = "*" | ReadonlySet<string>;

const EVERYBODY = ["*"] as const;

/**
 * Who sees an object of `namespace` with this `exportTo`.
 *
 * An empty list means the mesh's default for the kind (`*` where the mesh config sets none);
 * `.` is the object's own namespace, `~` nobody, `*` everybody, all else a namespace's name.
 */
export function visibilityOf(
  exportTo: readonly string[] | undefined,
  namespace: string,
  meshDefault: readonly string[] = EVERYBODY,
): Visibility {
  const entries = exportTo?.length ? exportTo : meshDefault;
  if (entries.includes("*")) return "*";
  return new Set(
    entries.filter((entry) => entry !== "~").map((entry) => (entry === "." ? namespace : entry)),
  );
}

/** Whether a client of `namespace` sees it. */
export const isVisibleTo = (visibility: Visibility, namespace: string): boolean =>
  visibility === "*" || visibility.has(namespace);
