const UNRESERVED = /[A-Za-z0-9\-._~]/;

/**
 * A path as Istio's proxies see it before they match: escapes of plain characters undone, dot
 * segments resolved, backslashes turned. Runs of slashes and the query stay as they are. Source:
 * `pathNormalization: BASE`, Istio's default, as real proxies show it.
 */
export function normalizePath(path: string): string {
  if (!/[%\\]|\/\./.test(path)) return path;
  const end = path.search(/[?#]/);
  const rest = end < 0 ? "" : path.slice(end);
  const plain = (end < 0 ? path : path.slice(0, end))
    .replace(/%([0-9A-Fa-f]{2})/g, (escape, code: string) => {
      const character = String.fromCharCode(Number.parseInt(code, 16));
      return UNRESERVED.test(character) ? character : escape;
    })
    .replace(/\\/g, "/");
  const segments: string[] = [];
  const parts = plain.split("/").slice(1);
  for (const [index, part] of parts.entries()) {
    const last = index === parts.length - 1;
    if (part === "..") segments.pop();
    else if (part !== ".") segments.push(part);
    if (last && (part === "." || part === "..")) segments.push("");
  }
  return `/${segments.join("/")}${rest}`;
}
