import type { Arrival } from "@/lib/mesh/arrival";
import type { JwtRule } from "@/lib/istio/request-authentication";

/** A token that a request carries, and how the request looks without it. */
export interface CarriedToken {
  readonly text: string;
  /** The header to take away, in lower case; undefined for a token elsewhere. */
  readonly header: string | undefined;
  /** The query parameter to take away. */
  readonly parameter: string | undefined;
}

type Carrier = Pick<Arrival, "headers" | "path">;

/** The tokens that a request carries where a rule looks for them. */
export function carriedTokens(rule: JwtRule, { headers, path }: Carrier): readonly CarriedToken[] {
  const inHeader = (name: string, prefix: string): readonly CarriedToken[] => {
    const header = name.toLowerCase();
    const value = headers[header];
    const at = value?.indexOf(prefix) ?? -1;
    if (value === undefined || at < 0) return [];
    const text = tokenIn(value.slice(at + prefix.length));
    return text ? [{ text, header, parameter: undefined }] : [];
  };
  const inParameter = (name: string): readonly CarriedToken[] => {
    const text = parameterOf(path, name);
    return text ? [{ text, header: undefined, parameter: name }] : [];
  };
  const inCookie = (name: string): readonly CarriedToken[] => {
    const text = cookieOf(headers["cookie"] ?? "", name);
    return text ? [{ text, header: undefined, parameter: undefined }] : [];
  };
  const { fromHeaders = [], fromParams = [], fromCookies = [] } = rule;
  if (fromHeaders.length + fromParams.length + fromCookies.length === 0) {
    return [...inHeader("authorization", "Bearer "), ...inParameter("access_token")];
  }
  return [
    ...fromHeaders.flatMap(({ name = "", prefix = "" }) => inHeader(name, prefix)),
    ...fromParams.flatMap(inParameter),
    ...fromCookies.flatMap(inCookie),
  ];
}

/** A token ends where its alphabet does. */
const tokenIn = (text: string): string => /^[A-Za-z0-9_.\-+/=]*/.exec(text.trimStart())?.[0] ?? "";

function parameterOf(path: string, name: string): string | undefined {
  const query = path.split("?")[1] ?? "";
  const pair = query.split("&").find((one) => one.startsWith(`${name}=`));
  return pair?.slice(name.length + 1);
}

const cookieOf = (cookies: string, name: string): string | undefined =>
  cookies
    .split(";")
    .map((cookie) => cookie.trim())
    .find((cookie) => cookie.startsWith(`${name}=`))
    ?.slice(name.length + 1)
    .replace(/^"(.*)"$/, "$1");

/** A path without one of its query parameters. */
export function withoutParameter(path: string, name: string): string {
  const [bare = "", query = ""] = path.split("?");
  const left = query.split("&").filter((pair) => !pair.startsWith(`${name}=`));
  return left.length > 0 && left.join("") !== "" ? `${bare}?${left.join("&")}` : bare;
}
