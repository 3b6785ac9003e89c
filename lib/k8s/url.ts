const HOST = String.raw`(?:[A-Za-z0-9\-._~!$&'()*+,;=<>"]|%[0-9A-Fa-f]{2}|[^\x00-\x7f])*`;
const PATH = String.raw`(?:[^?#%\x00-\x1f\x7f]|%[0-9A-Fa-f]{2})*`;
/** Scheme, host, port, path, query of an absolute URI, or a path with a query; as strict as Go's. */
const URI = new RegExp(
  String.raw`^(?:([A-Za-z][A-Za-z0-9+.-]*):(?:\/\/(?:[^/?#@]*@)?(\[[0-9A-Fa-f:.]+\]|${HOST})(?::(\d*))?(?=[/?]|$)|(?!\/\/)))?(${PATH})(?:\?([^#]*))?$`,
);

/** The parts of an address; what it lacks is empty. */
export interface UrlParts {
  readonly scheme: string;
  readonly host: string;
  readonly port: string;
  readonly path: string;
}

/** Reads an address as Go's url.ParseRequestURI does: absolute URIs and absolute paths only. */
export function parseUrl(text: string): UrlParts | { readonly problem: string } {
  const parts = URI.exec(text);
  if (!parts || (parts[1] === undefined && !text.startsWith("/"))) {
    const isAbsolute = /^(?:[A-Za-z][A-Za-z0-9+.-]*:)?\//.test(text);
    const [badEscape] = !isAbsolute
      ? []
      : (/%(?![0-9A-Fa-f]{2}).{0,2}/.exec(text.replace(/\?.*$/s, "")) ?? []);
    const why =
      badEscape === undefined
        ? "invalid URI for request"
        : `invalid URL escape ${JSON.stringify(badEscape)}`;
    return { problem: `parse ${JSON.stringify(text)}: ${why}` };
  }
  const [, scheme = "", host = "", port = "", path = ""] = parts;
  return { scheme, host, port, path };
}
