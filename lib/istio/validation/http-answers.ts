import type { Field } from "@/lib/yaml/field";
import { portProblem } from "./addresses";
import type { Issues } from "./issue";
import { byteLength } from "./names";
import { limitedRegexProblem } from "./string-match";

/** Checks `redirect` of a route with these matches; istiod tells the first fault only. */
export function checkRedirect(redirect: Field, matches: Field, issues: Issues): void {
  if (redirect.exists) issues.check(redirect, redirectProblem(redirect, matches));
}

function redirectProblem(redirect: Field, matches: Field): string | undefined {
  const text = (field: string): string => redirect.at(field).text ?? "";
  if (text("uri") && text("prefixRewrite")) {
    return "redirect may only specify one of uri or prefix_rewrite";
  }
  if (text("prefixRewrite")) {
    const others = matches
      .items()
      .map((match) => match.at("uri"))
      .filter((uri) => uri.exists && !uri.at("prefix").exists);
    if (others.length > 0) {
      return "redirect prefix_rewrite requires all URI matches to use prefix match type";
    }
  }
  const hasPort = redirect.at("port").exists || redirect.at("derivePort").exists;
  if (!hasPort && !["uri", "prefixRewrite", "authority", "scheme"].some(text)) {
    return "redirect must specify URI, authority, scheme, or port";
  }
  const code = redirect.at("redirectCode").number ?? 0;
  if (code !== 0 && (code < 300 || code > 399)) {
    return `${code} is not a valid redirect code, must be 3xx`;
  }
  if (!["", "http", "https"].includes(text("scheme"))) {
    return 'invalid redirect scheme, must be "http" or "https"';
  }
  const port = redirect.at("port").number ?? 0;
  return port > 0 ? portProblem(port) : undefined;
}

const HUNDRED_KB = 100 * 1024;
const ONE_MB = 1024 * 1024;

/** Checks `directResponse`. */
export function checkDirectResponse(response: Field, issues: Issues): void {
  if (!response.exists) return;
  const body = response.at("body");
  const size = bodyBytes(body);
  const words = "large direct_responses may impact control plane performance";
  if (size > ONE_MB) issues.error(body, `${words}, must be less than 1MB`);
  else if (size > HUNDRED_KB) issues.warn(body, words);
  const status = response.at("status");
  issues.check(status, httpStatusProblem(status.number ?? 0));
}

function bodyBytes(body: Field): number {
  const text = body.at("string");
  if (text.exists) return byteLength(text.text ?? "");
  const base64 = (body.at("bytes").text ?? "").replace(/=+$/, "");
  return Math.floor((base64.length * 3) / 4);
}

/** What istiod does not take as the status of an answer; it takes 600 although it says otherwise. */
export const httpStatusProblem = (status: number): string | undefined =>
  status < 200 || status > 600 ? `HTTP status ${status} is not in range 200-599` : undefined;

/** Checks `rewrite`; istiod tells the first fault only. */
export function checkRewrite(rewrite: Field, issues: Issues): void {
  if (!rewrite.exists) return;
  const regex = rewrite.at("uriRegexRewrite");
  const hasUri = rewrite.at("uri").text !== undefined;
  if (hasUri && regex.exists) {
    issues.error(rewrite, "rewrite may only contain one of URI or UriRegexRewrite");
  } else if (!hasUri && !regex.exists && rewrite.at("authority").text === undefined) {
    issues.error(
      rewrite,
      "rewrite must specify at least one of URI, UriRegexRewrite, or authority. Only one of URI or UriRegexRewrite may be specified",
    );
  } else {
    const problem = regexRewriteProblem(regex);
    if (problem !== undefined) issues.error(regex, `UriRegexRewrite has errors\n${problem}`);
  }
}

/** What is wrong with `uriRegexRewrite`. */
export function regexRewriteProblem(regex: Field): string | undefined {
  if (!regex.exists) return undefined;
  const match = regex.at("match").text;
  if (match === undefined || regex.at("rewrite").text === undefined) {
    return "UriRegexRewrite requires both Rewrite and Match fields to be specified";
  }
  return limitedRegexProblem(match, "HTTPRewrite.UriRegexRewrite.Match");
}
