import type { Command } from "@/cli/command";
import { graphOptions } from "@/cli/graph/graph-options";
import { readMeshGraph } from "@/cli/graph/read-mesh-graph";
import { graphText } from "@/lib/graph/graph-text";

/** Tells who calls whom in the mesh, how much, and what of it fails. */
export const graph: Command = {
  summary: "Tell who calls whom in the mesh, how much, and what of it fails",
  usage:
    "[--kubeconfig F [--context C]] [--prometheus URL] [-n NS]… [--duration 60s] [--at TIME] [--type versionedApp|app|workload|service] [-o json|dot|mermaid|cytoscape]",
  async run(args) {
    const options = graphOptions(args);
    const json = await readMeshGraph(options, (note) =>
      process.stderr.write(`quarterdeck graph: ${note}\n`),
    );
    process.stdout.write(`${graphText(json, options.output)}\n`);
    return 0;
  },
};
