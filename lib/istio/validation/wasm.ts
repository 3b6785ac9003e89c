import { parseUrl } from "@/lib/k8s/url";
import type { Field } from "@/lib/yaml/field";
import type { IstioConfig } from "./config";
import type { Issues } from "./issue";
import { byteLength } from "./names";
import { checkTargets } from "./selectors";

/** Checks a WasmPlugin. */
export function checkWasmPlugin({ spec }: IstioConfig, issues: Issues): void {
  checkTargets(spec, issues);
  checkWasm(spec, 255, issues);
  checkTrafficMatch(spec.at("match"), issues);
}

const SCHEMES: ReadonlySet<string> = new Set(["", "file", "http", "https", "oci"]);

/** Checks what is to be loaded and how. `nameLimit` is what the message says, not what holds. */
export function checkWasm(wasm: Field, nameLimit: 255 | 256, issues: Issues): void {
  issues.check(wasm.at("url"), moduleUrlProblem(wasm.at("url").text ?? ""));
  const hash = wasm.at("sha256");
  if (hash.text !== undefined) issues.check(hash, hashProblem(hash.text));
  if (byteLength(wasm.at("imagePullSecret").text ?? "") > 253) {
    issues.error(
      wasm.at("imagePullSecret"),
      "imagePullSecret field must be less than 253 characters long",
    );
  }
  if (byteLength(wasm.at("pluginName").text ?? "") > 256) {
    issues.error(
      wasm.at("pluginName"),
      `pluginName field must be less than ${nameLimit} characters long`,
    );
  }
  checkEnvironment(wasm.at("vmConfig", "env"), issues);
}

/** An address without a scheme is one of a registry. */
function moduleUrlProblem(text: string): string | undefined {
  if (text === "") return "url field needs to be set";
  const parts = parseUrl(text);
  if ("problem" in parts) {
    const bare = parseUrl(`http://${text}`);
    return "problem" in bare
      ? `failed to parse url: ${plainProblem(text, parts.problem)}`
      : undefined;
  }
  const scheme = parts.scheme.toLowerCase();
  return SCHEMES.has(scheme) ? undefined : `url contains unsupported scheme: ${scheme}`;
}

/** What Go's url.Parse says where url.ParseRequestURI has other words. */
const plainProblem = (text: string, problem: string): string =>
  text.startsWith(":") ? `parse ${JSON.stringify(text)}: missing protocol scheme` : problem;

function hashProblem(hash: string): string | undefined {
  if (byteLength(hash) !== 64) return "sha256 field must be 64 characters long";
  return /^[a-f0-9]*$/.test(hash) ? undefined : "sha256 field must match [a-f0-9]{64} pattern";
}

/** Istiod tells the first fault only. */
function checkEnvironment(environment: Field, issues: Issues): void {
  const seen = new Set<string>();
  for (const variable of environment.items()) {
    if (!variable.exists) continue;
    const problem = variableProblem(variable, seen);
    if (problem === undefined) continue;
    issues.error(variable, problem);
    return;
  }
}

function variableProblem(variable: Field, seen: Set<string>): string | undefined {
  const name = variable.at("name").text ?? "";
  if (name === "") return "spec.vmConfig.env invalid";
  if (byteLength(name) > 256) return "env.name field must be less than 255 characters long";
  if (seen.has(name)) return "duplicate env";
  seen.add(name);
  const source = variable.at("valueFrom").text ?? "INLINE";
  return source !== "INLINE" && variable.at("value").text !== undefined
    ? "value may only be set when valueFrom is INLINE"
    : undefined;
}

/** Checks which traffic an extension is for; istiod tells the first fault only. */
export function checkTrafficMatch(match: Field, issues: Issues): void {
  for (const [index, selector] of match.items().entries()) {
    const name = `spec.Match[${index}]`;
    if (!selector.exists) {
      issues.error(selector, `${name} is nil`);
      return;
    }
    for (const [portIndex, port] of selector.at("ports").items().entries()) {
      const portName = `${name}.Ports[${portIndex}]`;
      const number = port.at("number").number ?? 0;
      if (port.exists && number > 0 && number <= 65_535) continue;
      issues.error(
        port,
        port.exists ? `${portName} is out of range: ${number}` : `${portName} is nil`,
      );
      return;
    }
  }
}
