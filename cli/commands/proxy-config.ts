import type { Command } from "@/cli/command";
import { type ProxyConfigOptions, proxyConfigOptions } from "@/cli/proxies/proxy-config-options";
import { readDump } from "@/cli/proxies/read-dump";
import { instant } from "@/lib/base/units";
import { bootstrapText } from "@/lib/xds/istioctl/bootstrap-text";
import { type HeldConfig, proxyConfigText } from "@/lib/xds/istioctl/proxy-config";
import { proxyConfigJson } from "@/lib/xds/istioctl/resources";

/** Shows what one Envoy holds, as `istioctl proxy-config` does. */
export const proxyConfig: Command = {
  summary: "Show what one Envoy holds, in istioctl's tables, from the cluster or from a saved dump",
  usage:
    "listeners|routes|clusters|endpoints|eds|secrets|ecds|bootstrap|all POD[.NS] [-n NS] [--file DUMP.json|-] " +
    "[--kubeconfig F] [--context C] [--port N] [--address A] [--type T] [--name ROUTE] [--fqdn F] " +
    "[--direction D] [--subset S] [--cluster C] [--status S] [--with-headers] [-o table|json|yaml|short]",
  async run(args) {
    const options = proxyConfigOptions(args);
    process.stdout.write(await textOf(options, await heldConfig(options)));
    return 0;
  },
};

async function heldConfig({ kind, pod, file, kubeconfig, context }: ProxyConfigOptions) {
  if (file !== undefined || !pod) return readDump(file ?? "-", kind);
  const { liveDump } = await import("@/cli/proxies/live-proxies");
  return liveDump({ kubeconfig, context }, pod, kind);
}

async function textOf(options: ProxyConfigOptions, held: HeldConfig): Promise<string> {
  const { kind, filter, output, withHeaders } = options;
  if (kind === "bootstrap" && output === "short") return bootstrapText(held.dump);
  if (output === "yaml") {
    const { stringify } = await import("yaml");
    return stringify(proxyConfigJson(kind, held, filter), {
      sortMapEntries: true,
      indentSeq: false,
      version: "1.1",
      lineWidth: 0,
      aliasDuplicateObjects: false,
    });
  }
  // istioctl's table of the bootstrap is the bootstrap itself.
  if (output === "json" && kind !== "bootstrap") {
    return `${JSON.stringify(proxyConfigJson(kind, held, filter), null, 4)}\n`;
  }
  return proxyConfigText(kind, held, filter, { now: instant(Date.now()), withHeaders });
}
