import type { Field } from "@/lib/yaml/field";
import type { Issues } from "./issue";
import { quoted } from "./names";

const TOKEN = /^[-!#$%&'*+.^_`|~A-Za-z0-9]+$/;
const STRICT = /^[-_A-Za-z0-9]+$/;
const PROBE = /^[-A-Za-z0-9]+$/;
const EMPTY = "header name cannot be empty";

const nameProblem = (name: string, pattern: RegExp): string | undefined => {
  if (name === "") return EMPTY;
  return pattern.test(name) ? undefined : `header name ${name} is not a valid header name`;
};

/** What is wrong with the header that a claim is copied to. */
export const strictHeaderNameProblem = (name: string) => nameProblem(name, STRICT);

/** What is wrong with a header that a probe sends. */
export const probeHeaderNameProblem = (name: string) => nameProblem(name, PROBE);

/** What is wrong with a header that a CORS policy names. */
export const corsHeaderNameProblem = (name: string) =>
  name === "*" ? undefined : nameProblem(name, TOKEN);

const CLAIMS = "@request.auth.claims";
const PSEUDO_HEADERS = new Set([":method", ":scheme", ":authority", ":path", ":status"]);

/** Whether a header match means a claim of the request's token: `@request.auth.claims.a`, `…[a]`. */
export function isClaimMatch(name: string): boolean {
  if (!name.toLowerCase().startsWith(CLAIMS)) return false;
  const rest = name.slice(CLAIMS.length);
  if (rest.startsWith(".")) return rest.length > 1;
  return rest.startsWith("[") && rest.endsWith("]") && rest.length > 2;
}

/** What is wrong with the name of a header match. */
export const matchedHeaderNameProblem = (name: string): string | undefined =>
  isClaimMatch(name) || PSEUDO_HEADERS.has(name) ? undefined : nameProblem(name, TOKEN);

const isHost = (name: string): boolean => name.toLowerCase() === "host";

/** Whether setting this header sets the authority. */
export const isAuthorityHeader = (name: string): boolean =>
  isHost(name) || name.toLowerCase() === ":authority";

/** What is wrong with a header that is set on a request: of pseudo headers, only the authority may be. */
function requestHeaderProblem(name: string): string | undefined {
  if (name === "") return EMPTY;
  return name.startsWith(":") && !isAuthorityHeader(name) ? pseudoProblem(name) : undefined;
}

/** What is wrong with a header that is removed, or set on a response. */
function plainHeaderProblem(name: string): string | undefined {
  if (name === "") return EMPTY;
  if (isHost(name)) return `invalid header ${quoted(name)}: cannot set Host header`;
  return name.startsWith(":") ? pseudoProblem(name) : undefined;
}

const pseudoProblem = (name: string): string =>
  `invalid header ${quoted(name)}: header cannot have ":" prefix`;

/** Checks the changes of headers of a route or a destination: `headers`. */
export function checkHeaders(headers: Field, issues: Issues): void {
  for (const direction of ["request", "response"] as const) {
    const operations = headers.at(direction);
    const problemOf = direction === "request" ? requestHeaderProblem : plainHeaderProblem;
    for (const operation of ["add", "set"] as const) {
      for (const [name, value] of operations.at(operation).entries()) {
        issues.check(value, problemOf(name));
        issues.check(value, headerValueProblem(value.text ?? ""));
      }
    }
    for (const name of operations.at("remove").items()) {
      issues.check(name, plainHeaderProblem(name.text ?? ""));
    }
  }
}

/** Whether a text has control characters; a tab is none. */
const hasControls = (text: string): boolean =>
  [...text].some((character) => {
    const code = character.charCodeAt(0);
    return (code < 0x20 && character !== "\t") || code === 0x7f;
  });

/** What is wrong with a header's value, in which Envoy takes `%NAME(args)%` for a variable. */
export function headerValueProblem(value: string): string | undefined {
  if (hasControls(value)) return `header value configuration ${value} is invalid`;
  const problem = variablesProblem(value);
  return problem && `header value configuration: invalid header configuration. ${problem}`;
}

type State =
  | "literal"
  | "name"
  | "array"
  | "string"
  | "in-string"
  | "delimiter"
  | "arguments-end"
  | "variable-end";

/** Where a character leads from a state; a message where it may not stand. `undefined` stays. */
const STEPS: Readonly<Record<State, (character: string) => State | { readonly problem: string }>> =
  {
    literal: (character) => (character === "%" ? "name" : "literal"),
    name: (character) => (character === "%" ? "literal" : character === "(" ? "array" : "name"),
    array: (character) =>
      character === "[" ? "string" : character === " " ? "array" : "in-string",
    delimiter: (character) => {
      if (character === ",") return "string";
      if (character === "]") return "arguments-end";
      return character === " " ? "delimiter" : { problem: "Expecting ',', ']', or whitespace" };
    },
    string: (character) => {
      if (character === '"') return "in-string";
      return character === " " ? "string" : { problem: "Expecting '\"'" };
    },
    "in-string": (character) =>
      character === ")" ? "variable-end" : character === '"' ? "delimiter" : "in-string",
    "arguments-end": (character) => {
      if (character === ")") return "variable-end";
      return character === " "
        ? "arguments-end"
        : { problem: "Expecting ')' or whitespace after '{}', but found '{}'" };
    },
    "variable-end": (character) => {
      if (character === "%") return "literal";
      return character === " " ? "variable-end" : { problem: "Expecting '%' or whitespace after" };
    },
  };

function variablesProblem(value: string): string | undefined {
  let state: State = "literal";
  for (let at = 0; at < value.length; at++) {
    const character = value.charAt(at);
    const isLast = at === value.length - 1;
    if (state === "literal" && character === "%") {
      if (isLast) return "Un-escaped %";
      if (value.charAt(at + 1) === "%") {
        at++;
        continue;
      }
    }
    if (state === "in-string" && character === "\\") {
      if (isLast) return "Un-terminated backslash in JSON string";
      at++;
      continue;
    }
    const next: State | { readonly problem: string } = STEPS[state](character);
    if (typeof next !== "string") return next.problem;
    state = next;
  }
  return state === "literal" ? undefined : `Un-terminated variable expression '${value}'`;
}
