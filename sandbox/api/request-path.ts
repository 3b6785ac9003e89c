/** What a request's path asks for, when it is about objects. */
export interface ResourcePath {
  readonly group: string;
  readonly version: string;
  /** Empty: all namespaces, or a kind without namespaces. */
  readonly namespace: string;
  readonly plural: string;
  /** Empty: the collection. */
  readonly name: string;
  /** Empty: the object itself. */
  readonly subresource: string;
}

/**
 * Reads `/api/v1/…` and `/apis/<group>/<version>/…`; undefined for any other path.
 * Segments are decoded one by one, so an encoded slash stays inside its segment.
 */
export function resourcePath(pathname: string): ResourcePath | undefined {
  const segments = pathname.split("/").slice(1);
  if (segments.at(-1) === "") segments.pop();
  const decoded = segments.map(decode);
  if (decoded.some((segment) => !segment)) return undefined;
  const [root, ...rest] = decoded as string[];
  if (root === "api") return inVersion("", rest);
  if (root === "apis" && rest.length > 1) return inVersion(rest[0] ?? "", rest.slice(1));
  return undefined;
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

function inVersion(group: string, [version, ...rest]: readonly string[]): ResourcePath | undefined {
  if (!version || rest.length === 0) return undefined;
  const [first = "", second = "", third = "", fourth = "", fifth = ""] = rest;
  // `/namespaces/x/status` is a subresource of the namespace, not a kind called "status".
  const scoped =
    first === "namespaces" && third && !(rest.length === 3 && NAMESPACE_PARTS.has(third));
  if (rest.length > (scoped ? 5 : 3)) return undefined;
  return scoped
    ? { group, version, namespace: second, plural: third, name: fourth, subresource: fifth }
    : { group, version, namespace: "", plural: first, name: second, subresource: third };
}

const NAMESPACE_PARTS = new Set(["status", "finalize"]);
