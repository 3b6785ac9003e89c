import type { IstioConfig } from "./config";
import type { Issues } from "./issue";
import { checkSelector } from "./selectors";

const LARGEST_UINT32 = 2 ** 32 - 1;

/** Checks a PeerAuthentication. */
export function checkPeerAuthentication({ spec }: IstioConfig, issues: Issues): void {
  const ports = spec.at("portLevelMtls");
  const entries = ports.entries();
  for (const [name, port] of entries) {
    // Protobuf reads the key as JSON reads a number: without a sign, without leading zeros.
    if (/^(?:0|[1-9]\d*)$/.test(name) && Number(name) <= LARGEST_UINT32) continue;
    issues.error(port, `error decoding configuration: invalid value for uint32 type: ${name}`);
    return;
  }
  const selector = spec.at("selector");
  if (selector.at("matchLabels").entries().length === 0 && entries.length > 0) {
    issues.error(ports, "mesh/namespace peer authentication cannot have port level mTLS");
  }
  if (ports.exists && entries.length === 0) {
    issues.error(ports, "port level mTLS, if defined, must have at least one element");
  }
  for (const [name, port] of entries) {
    const number = Number(name);
    if (number <= 0 || number > 65_535) issues.error(port, "port must be in range 1..65535");
  }
  checkSelector(selector, issues);
}
