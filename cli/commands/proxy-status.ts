import { type Command, CommandError } from "@/cli/command";
import { oneOf, parseOptions } from "@/cli/parse-options";
import { instant } from "@/lib/base/units";
import { statusJson, statusTable, verboseStatusTable } from "@/lib/xds/istioctl/status-table";
import { tableText } from "@/lib/xds/istioctl/text-table";

/** Blanks between columns, as istioctl sets them. */
const GAP = 5;

/** Shows what each proxy of the mesh has acknowledged, as `istioctl proxy-status` does. */
export const proxyStatus: Command = {
  summary:
    "Show what each proxy of the mesh asks istiod for and has acknowledged, in istioctl's table",
  usage: "[--kubeconfig F] [--context C] [-n NS] [-v 0|1] [-o table|json]",
  async run(args) {
    const { values, positionals } = parseOptions(args, {
      kubeconfig: { type: "string" },
      context: { type: "string" },
      namespace: { type: "string", short: "n" },
      verbosity: { type: "string", short: "v" },
      output: { type: "string", short: "o" },
    });
    if (positionals[0] !== undefined) {
      throw new CommandError(
        `takes no names, such as '${positionals[0]}'; -n NS chooses a namespace`,
      );
    }
    const output = oneOf("--output", values.output, ["table", "json"]);
    const verbosity = oneOf("--verbosity", values.verbosity, ["0", "1"]);
    const { kubeconfig, context, namespace } = values;
    const { liveSyncs } = await import("@/cli/proxies/live-proxies");
    const all = await liveSyncs({ kubeconfig, context }, (reason) => {
      process.stderr.write(`quarterdeck: proxy-status: ${reason}; its proxies are missing\n`);
    });
    const proxies = all.filter((proxy) => !namespace || proxy.namespace === namespace);
    process.stdout.write(
      output === "json"
        ? `${JSON.stringify(statusJson(proxies), null, 2)}\n`
        : tableText(
            verbosity === "1"
              ? verboseStatusTable(proxies, instant(Date.now()))
              : statusTable(proxies),
            GAP,
          ),
    );
    return 0;
  },
};
