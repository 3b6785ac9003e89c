import { CodeBlock } from "@/components/ui/code-block";
import { CopyButton } from "@/components/ui/copy-button";
import { Panel } from "@/components/ui/panel";
import type { GraphNode } from "@/lib/graph/mesh-graph";

/** The same facts from kubectl and istioctl, to copy. */
export function CommandTwins({
  node,
  pods,
}: {
  node: GraphNode;
  pods: readonly { readonly namespace: string; readonly name: string }[];
}) {
  return <CommandLines commands={commandsFor(node, pods)} />;
}

/** Commands that show what a panel does, to copy. */
export function CommandLines({ commands }: { commands: readonly string[] }) {
  if (commands.length === 0) return null;
  const text = commands.join("\n");
  return (
    <Panel title="On the command line">
      <CodeBlock text={text} label="Commands that show the same" />
      <CopyButton text={text} label="Copy commands" />
    </Panel>
  );
}

function commandsFor(
  { namespace, services, kind }: GraphNode,
  pods: readonly { readonly namespace: string; readonly name: string }[],
): readonly string[] {
  if (namespace === undefined) return [];
  const named = services.filter((name) => !name.includes("."));
  const [pod] = pods;
  return [
    ...(named.length > 0 ? [`kubectl -n ${namespace} get service ${named.join(" ")} -o yaml`] : []),
    ...(pod
      ? [
          `kubectl -n ${namespace} get pods ${pods.map(({ name }) => name).join(" ")}`,
          `kubectl -n ${namespace} logs ${pod.name} -c istio-proxy --tail=200 -f`,
          `istioctl proxy-config ${kind === "gateway" ? "listeners" : "clusters"} ${pod.name}.${namespace}`,
        ]
      : []),
  ];
}
