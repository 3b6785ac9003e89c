import { parseUrl } from "@/lib/k8s/url";
import type { Field } from "@/lib/yaml/field";
import type { IstioConfig } from "./config";
import { checkDuration } from "./durations";
import { strictHeaderNameProblem } from "./headers";
import type { Issues } from "./issue";
import { readJwks } from "./jwks";
import { quoted } from "./names";
import { checkTargets } from "./selectors";

/** Checks a RequestAuthentication. */
export function checkRequestAuthentication({ spec }: IstioConfig, issues: Issues): void {
  checkTargets(spec, issues);
  for (const rule of spec.at("jwtRules").items()) if (rule.exists) checkRule(rule, issues);
}

/** The field under either of its names: the schema knows the older one too. */
const keysUri = (rule: Field): Field =>
  rule.at("jwksUri").exists ? rule.at("jwksUri") : rule.at("jwks_uri");

function checkRule(rule: Field, issues: Issues): void {
  checkTexts(rule.at("audiences"), "audience must be non-empty string", issues);
  const uri = keysUri(rule);
  if (rule.at("issuer").text === undefined && uri.text === undefined) {
    issues.error(rule, "issuer or jwksUri must be non-empty string");
  }
  if (uri.text !== undefined) issues.check(uri, uriProblem(uri.text));
  checkKeys(rule.at("jwks"), issues);
  for (const header of rule.at("fromHeaders").items()) {
    if (!header.exists) issues.error(header, "location header name must be non-null");
    else if (header.at("name").text === undefined) {
      issues.error(header, "location header name must be non-empty string");
    }
  }
  checkTexts(rule.at("fromParams"), "location query must be non-empty string", issues);
  checkTexts(rule.at("fromCookies"), "cookie name must be non-empty string", issues);
  for (const output of rule.at("outputClaimToHeaders").items()) checkOutput(output, issues);
  checkDuration(rule.at("timeout"), issues);
}

function checkTexts(list: Field, message: string, issues: Issues): void {
  for (const item of list.items()) if (item.text === undefined) issues.error(item, message);
}

function uriProblem(uri: string): string | undefined {
  const scheme = (/^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(uri)?.[1] ?? "").toLowerCase();
  if (scheme !== "http" && scheme !== "https") {
    return `URI scheme ${quoted(scheme)} is not supported`;
  }
  const parts = parseUrl(uri);
  return "problem" in parts ? parts.problem : undefined;
}

function checkKeys(keys: Field, issues: Issues): void {
  if (keys.text === undefined) return;
  const read = readJwks(keys.text);
  if ("problem" in read) {
    issues.error(keys, `jwks parse error: failed to unmarshal JWK set: ${read.problem}`);
    return;
  }
  for (const index of read.privateKeys) {
    issues.warn(
      keys,
      `jwks key at index ${index} contains private key material; only public keys are used for verification`,
    );
  }
}

function checkOutput(output: Field, issues: Issues): void {
  const header = output.at("header");
  if (!output.exists) issues.error(output, "outputClaimToHeaders must not be null");
  else if (header.text === undefined || output.at("claim").text === undefined) {
    issues.error(output, "outputClaimToHeaders header and claim value must be non-empty string");
  } else issues.check(header, strictHeaderNameProblem(header.text));
}
