import { isIpAddress } from "@/lib/istio/host";

/** What Go's net/url makes of a text; undefined where it refuses it. */
export function parseGoUrl(text: string): { readonly isIp: boolean } | undefined {
  if (/[\u0000-\u001f\u007f]/.test(text)) return undefined;
  const [body = ""] = text.split("#");
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(body);
  if (!scheme && body.startsWith(":")) return undefined;
  const rest = scheme ? body.slice(scheme[0].length) : body;
  const firstSegment = rest.split("/")[0] ?? "";
  // Without a scheme a colon may not come before the first slash.
  if (!scheme && firstSegment.includes(":")) return undefined;
  if (!rest.startsWith("//")) return { isIp: false };
  const authority = rest.slice(2).split(/[/?]/)[0] ?? "";
  const path = rest.slice(2 + authority.length).split("?")[0] ?? "";
  if (badEscape(path)) return undefined;
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  if (host.startsWith("[")) {
    const end = host.lastIndexOf("]");
    if (end < 0 || !/^(:\d*)?$/.test(host.slice(end + 1))) return undefined;
    return { isIp: isIpAddress(host.slice(1, end)) };
  }
  const colon = host.lastIndexOf(":");
  if (colon >= 0 && !/^:\d*$/.test(host.slice(colon))) return undefined;
  const name = colon < 0 ? host : host.slice(0, colon);
  // In a host only non-ASCII bytes may be escaped.
  if (/%(?![89A-Fa-f][0-9A-Fa-f])/.test(name) || /[ <>"\\^`{|}]/.test(name)) return undefined;
  return { isIp: isIpAddress(name) };
}

const badEscape = (text: string): boolean => /%(?![0-9A-Fa-f]{2})/.test(text);
