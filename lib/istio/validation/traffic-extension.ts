import type { IstioConfig } from "./config";
import type { Issues } from "./issue";
import { byteLength } from "./names";
import { checkTargets } from "./selectors";
import { checkTrafficMatch, checkWasm } from "./wasm";

const LARGEST_CODE_BYTES = 65_536;

/** Checks a TrafficExtension. */
export function checkTrafficExtension({ spec }: IstioConfig, issues: Issues): void {
  const wasm = spec.at("wasm");
  const lua = spec.at("lua");
  if (wasm.exists === lua.exists) {
    issues.error(spec, "exactly one of wasm or lua must be set");
  }
  checkTargets(spec, issues);
  if (lua.exists) {
    const code = lua.at("inlineCode");
    const size = byteLength(code.text ?? "");
    if (size === 0) issues.error(code, "lua.inlineCode cannot be empty");
    if (size > LARGEST_CODE_BYTES) {
      issues.error(code, "lua.inlineCode exceeds maximum size of 64KB");
    }
  }
  if (wasm.exists) checkWasm(wasm, 256, issues);
  checkTrafficMatch(spec.at("match"), issues);
}
