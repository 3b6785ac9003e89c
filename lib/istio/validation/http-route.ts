import type { Field } from "@/lib/yaml/field";
import { portProblem } from "./addresses";
import { checkDestination, checkWeights } from "./destination";
import { checkDuration } from "./durations";
import { checkGatewayNames } from "./gateway-names";
import { checkHeaders, isAuthorityHeader, matchedHeaderNameProblem } from "./headers";
import { checkDirectResponse, checkRedirect, checkRewrite } from "./http-answers";
import { checkCors, checkFault, checkRetries } from "./http-policies";
import type { Issues } from "./issue";
import { isLabel, labelProblems, quoted } from "./names";
import { checkRegexMatch, checkStringMatch } from "./string-match";

/** Checks one HTTP route. `isDelegate`: whether its VirtualService is included by others. */
export function checkHttpRoute(http: Field, isDelegate: boolean, issues: Issues): void {
  checkActions(http, isDelegate, issues);
  for (const match of http.at("match").items()) {
    // Istiod loses the warnings of these.
    issues.errorsOf((inner) => {
      checkMatch(match, inner);
    });
  }
  checkHeaders(http.at("headers"), issues);
  checkCors(http.at("corsPolicy"), issues);
  // Istiod loses the warnings of these too.
  issues.errorsOf((inner) => {
    checkFault(http.at("fault"), inner);
  });
  checkMirrors(http, issues);
  checkRedirect(http.at("redirect"), http.at("match"), issues);
  checkDirectResponse(http.at("directResponse"), issues);
  checkRetries(http.at("retries"), issues);
  checkRewrite(http.at("rewrite"), issues);
  checkAuthority(http, issues);
  checkWeights(http.at("route"), issues, checkHeaders);
  checkDuration(http.at("timeout"), issues);
}

/** Which of a route's actions exclude each other. */
function checkActions(http: Field, isDelegate: boolean, issues: Issues): void {
  const has = (field: string): boolean => http.at(field).exists;
  const hasRoute = http.at("route").items().length > 0;
  const fail = (field: string, message: string) => {
    issues.error(http.at(field), message);
  };
  if (has("delegate") && !isDelegate) {
    const name = http.at("name").text ?? "";
    if (has("redirect")) fail("redirect", `root HTTP route ${name} must not specify redirect`);
    if (hasRoute) fail("route", `root HTTP route ${name} must not specify route`);
    return;
  }
  if (has("delegate")) fail("delegate", "delegate HTTP route cannot contain delegate");
  if (has("redirect")) {
    if (hasRoute) fail("route", "HTTP route cannot contain both route and redirect");
    if (has("fault")) fail("fault", "HTTP route cannot contain both fault and redirect");
    if (has("rewrite")) fail("rewrite", "HTTP route rule cannot contain both rewrite and redirect");
    if (has("directResponse")) {
      fail("directResponse", "HTTP route rule cannot contain both direct_response and redirect");
    }
  } else if (has("directResponse")) {
    if (hasRoute) fail("route", "HTTP route cannot contain both route and direct_response");
    if (has("fault")) fail("fault", "HTTP route cannot contain both fault and direct_response");
    if (has("rewrite")) {
      fail("rewrite", "HTTP route rule cannot contain both rewrite and direct_response");
    }
  } else if (!hasRoute) {
    issues.error(http, "HTTP route, redirect or direct_response is required");
  }
  if (has("mirror") && http.at("mirrors").items().length > 0) {
    fail("mirrors", "HTTP route cannot contain both mirror and mirrors");
  }
}

function checkMatch(match: Field, issues: Issues): void {
  if (!match.exists) return;
  for (const [name, header] of match.at("headers").entries()) {
    if (!header.exists) issues.error(header, `header match ${name} cannot be null`);
    issues.check(header, matchedHeaderNameProblem(name));
    checkStringMatch(header, "headers", issues);
  }
  for (const [name, header] of match.at("withoutHeaders").entries()) {
    issues.check(header, matchedHeaderNameProblem(name));
    // `*` is no expression, but means "present" here.
    if (header.at("regex").text !== "*") checkStringMatch(header, "withoutHeaders", issues);
  }
  checkRegexMatch(match.at("uri"), "uri", issues);
  for (const field of ["scheme", "method", "authority"]) {
    checkStringMatch(match.at(field), field, issues);
  }
  for (const [, parameter] of match.at("queryParams").entries()) {
    checkStringMatch(parameter, "queryParams", issues);
  }
  const port = match.at("port");
  if ((port.number ?? 0) !== 0) issues.check(port, portProblem(port.number ?? 0));
  const labels = match.at("sourceLabels");
  for (const problem of labelProblems(labels.labels())) issues.error(labels, problem);
  checkGatewayNames(match.at("gateways"), issues);
  const namespace = match.at("sourceNamespace");
  if (namespace.text !== undefined && !isLabel(namespace.text)) {
    issues.error(namespace, `sourceNamespace match ${namespace.text} is invalid`);
  }
}

function checkMirrors(http: Field, issues: Issues): void {
  // The schema knows the field under its older name too.
  const given = http.at("mirrorPercent");
  const percent = given.exists ? given : http.at("mirror_percent");
  if (percent.exists) {
    if ((percent.number ?? 0) > 100) {
      issues.error(
        percent,
        `mirror_percent must have a max value of 100 (it has ${percent.number ?? 0})`,
      );
    }
    issues.warn(
      percent,
      'using deprecated setting "mirrorPercent", use "mirrorPercentage" instead',
    );
  }
  checkShare(http.at("mirrorPercentage"), "mirror_percentage", issues);
  checkDestination(http.at("mirror"), issues);
  for (const mirror of http.at("mirrors").items()) {
    const destination = mirror.at("destination");
    if (!mirror.exists) issues.error(mirror, "mirror cannot be null");
    else if (!destination.exists) issues.error(mirror, "destination is required for mirrors");
    else {
      checkDestination(destination, issues);
      checkShare(mirror.at("percentage"), "mirror percentage", issues);
    }
  }
}

function checkShare(percentage: Field, name: string, issues: Issues): void {
  const value = percentage.at("value").number ?? 0;
  if (value > 100) {
    issues.error(percentage, `${name} must have a max value of 100 (it has ${value.toFixed(6)})`);
  }
  if (value < 0) {
    issues.error(percentage, `${name} must have a min value of 0 (it has ${value.toFixed(6)})`);
  }
}

/** The authority may be set once: by the rewrite or by a header. */
function checkAuthority(http: Field, issues: Issues): void {
  let current = http.at("rewrite", "authority").text ?? "";
  for (const operation of ["set", "add"] as const) {
    for (const [name, value] of http.at("headers", "request", operation).entries()) {
      if (!isAuthorityHeader(name)) continue;
      const text = value.text ?? "";
      if (current !== "") {
        issues.error(
          value,
          `authority header cannot be set multiple times: have ${quoted(current)}, attempting to set ${quoted(text)}`,
        );
        return;
      }
      current = text;
    }
  }
}
