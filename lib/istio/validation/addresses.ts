/** What is wrong with the number of a port. */
export const portProblem = (port: number): string | undefined =>
  port >= 1 && port <= 65_535 ? undefined : `port number ${port} must be in the range 1..65535`;

const OCTET = String.raw`(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`;
const IPV4 = new RegExp(String.raw`^${OCTET}(?:\.${OCTET}){3}$`);
const GROUP = /^[0-9A-Fa-f]{1,4}$/;

/** Whether Go's netip reads the text as an address. A zone (`fe80::1%eth0`) is for IPv6 alone. */
export function isIp(text: string): boolean {
  if (IPV4.test(text)) return true;
  const zoneAt = text.indexOf("%");
  if (zoneAt < 0) return isIpv6(text);
  return zoneAt < text.length - 1 && isIpv6(text.slice(0, zoneAt));
}

function isIpv6(text: string): boolean {
  const [head = "", tail, ...more] = text.split("::");
  if (more.length > 0) return false;
  const groups = [...groupsOf(head), ...groupsOf(tail ?? "")];
  const last = groups.at(-1) ?? "";
  const embedsIpv4 = IPV4.test(last) && text.endsWith(last);
  const plain = embedsIpv4 ? groups.slice(0, -1) : groups;
  if (!plain.every((group) => GROUP.test(group))) return false;
  const size = plain.length + (embedsIpv4 ? 2 : 0);
  return tail === undefined ? size === 8 : size < 8;
}

const groupsOf = (part: string): readonly string[] => (part === "" ? [] : part.split(":"));

/** What is wrong with an address. */
export const ipProblem = (text: string): string | undefined =>
  isIp(text) ? undefined : `${text} is not a valid IP`;

/** Why Go's netip does not read the text as a range (`10.0.0.0/8`); undefined when it does. */
export function prefixProblem(text: string): string | undefined {
  const at = text.lastIndexOf("/");
  const fail = (why: string) => `netip.ParsePrefix(${JSON.stringify(text)}): ${why}`;
  if (at < 0) return fail("no '/'");
  const address = text.slice(0, at);
  const bits = text.slice(at + 1);
  if (!isIp(address))
    return `netip.ParsePrefix(${JSON.stringify(text)}): ParseAddr(${JSON.stringify(address)}): unable to parse IP`;
  if (address.includes("%")) return fail("IPv6 zones cannot be present in a prefix");
  // No sign, no leading zero.
  if (!/^(?:0|[1-9]\d*)$/.test(bits)) return fail(`bad bits after slash: ${JSON.stringify(bits)}`);
  const most = address.includes(":") ? 128 : 32;
  return Number(bits) > most ? fail("prefix length out of range") : undefined;
}

/** What is wrong with an address or a range of addresses. */
export function subnetProblem(text: string): string | undefined {
  if (text.split("/").length !== 2) return ipProblem(text);
  return prefixProblem(text) === undefined ? undefined : `${text} is not a valid CIDR block`;
}

/** How addresses of unix domain sockets begin. */
export const UNIX_PREFIX = "unix://";

/** What is wrong with the address of a unix domain socket, without its prefix. */
export function unixProblem(address: string): string | undefined {
  if (address === "") return "unix address must not be empty";
  if (address.startsWith("@")) return undefined;
  return address.startsWith("/") && !address.endsWith("/")
    ? undefined
    : `${address} is not an absolute path to a file`;
}

/** Host and port of `host:port` or `[::1]:port`, or why Go's net refuses the text. */
export function splitHostPort(
  text: string,
): { readonly host: string; readonly port: string } | { readonly problem: string } {
  const fail = (why: string) => ({ problem: `address ${text}: ${why}` });
  const at = text.lastIndexOf(":");
  if (at < 0) return fail("missing port in address");
  let host = text.slice(0, at);
  if (text.startsWith("[")) {
    const end = text.indexOf("]");
    if (end < 0) return fail("missing ']' in address");
    if (end + 1 === text.length) return fail("missing port in address");
    if (end + 1 !== at) {
      return fail(
        text.charAt(end + 1) === ":" ? "too many colons in address" : "missing port in address",
      );
    }
    host = text.slice(1, end);
    if (text.slice(1).includes("[")) return fail("unexpected '[' in address");
    if (text.slice(end + 1).includes("]")) return fail("unexpected ']' in address");
  } else {
    if (host.includes(":")) return fail("too many colons in address");
    if (text.includes("[")) return fail("unexpected '[' in address");
    if (text.includes("]")) return fail("unexpected ']' in address");
  }
  return { host, port: text.slice(at + 1) };
}
