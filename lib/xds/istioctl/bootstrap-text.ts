import { fieldAt, numberField, recordField, textField } from "../field";
import type { ConfigDump } from "../config-dump";

/** Lines of `istioctl proxy-config bootstrap -o short`: `Istio Version: 1.30.1`. */
function bootstrapLines(dump: ConfigDump): readonly (readonly [string, string])[] {
  const node = fieldAt(dump.sections.get("Bootstrap"), "bootstrap", "node");
  const metadata = recordField(node, "metadata");
  const proxy = textField(metadata, "ISTIO_PROXY_SHA");
  return (
    [
      ["Istio Version:", textField(metadata, "ISTIO_VERSION")],
      // `istio-proxy:<revision>`
      ["Istio Proxy Version:", proxy.split(":")[1] ?? proxy],
      ["Envoy Version:", envoyVersion(recordField(node, "user_agent_build_version"))],
    ] as const
  ).filter(([, value]) => value !== "");
}

/** `1.18.3/Clean/RELEASE/BoringSSL` */
function envoyVersion(build: unknown): string {
  const version = fieldAt(build, "version");
  const numbers = ["major_number", "minor_number", "patch"].map(
    (part) => numberField(version, part) ?? 0,
  );
  const metadata = recordField(build, "metadata") ?? {};
  const told = [
    ["build.label", "-"],
    ["revision.status", "/"],
    ["build.type", "/"],
    ["ssl.version", "/"],
  ] as const;
  return (
    numbers.join(".") +
    told.map(([key, sign]) => (key in metadata ? sign + textField(metadata, key) : "")).join("")
  );
}

/** The same as text, its values under each other. */
export function bootstrapText(dump: ConfigDump): string {
  const lines = bootstrapLines(dump);
  const width = Math.max(0, ...lines.map(([name]) => name.length)) + 1;
  return lines.map(([name, value]) => `${name.padEnd(width)}${value}\n`).join("");
}
