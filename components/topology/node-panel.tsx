import type { PlateMark } from "@/components/graph/plate";
import { HEALTH_STATUS, STATE_WORD } from "@/components/graph/plate-views";
import { objectHref } from "@/components/layout/object-href";
import { useScopedHref } from "@/components/layout/use-namespace-scope";
import { RolloutProgress } from "@/components/rollouts/rollout-progress";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ButtonLink } from "@/components/ui/button-link";
import { SidePanel } from "@/components/ui/side-panel";
import { StatusGlyph } from "@/components/ui/status-glyph";
import { VerdictBlock } from "@/components/ui/verdict-block";
import {
  boxNameOf,
  type GraphNode,
  type GraphVersion,
  type MeshGraph,
  type NodeKind,
} from "@/lib/graph/mesh-graph";
import Link from "next/link";
import { CallList } from "./call-list";
import { CommandTwins } from "./command-twins";
import { DecidedByList } from "./decided-by-list";
import { DetailCharts } from "./detail-charts";
import type { DetailQuery } from "./panel-detail";
import { PodLogs } from "./pod-logs";
import { ProxyList } from "./proxy-list";
import { ResponseTable } from "./response-table";
import { VerdictProofs } from "./verdict-proofs";
import { VersionShares } from "./version-shares";

/** A service, a gateway or a version: how it stands, why, over time, and who decides. */
export function NodePanel({
  graph,
  node,
  version,
  detail,
  mark,
  around,
  callCount,
  onSelect,
  onClose,
}: {
  graph: MeshGraph;
  node: GraphNode;
  version?: GraphVersion;
  detail: DetailQuery;
  mark: PlateMark | undefined;
  /** Buttons that narrow the graph to this node. */
  around: React.ReactNode;
  /** How many calls it has, where the graph may hold only some of them. */
  callCount: number | undefined;
  onSelect: (id: string) => void;
  onClose: () => void;
}) {
  const { health } = version ?? node;
  const title = version ? `${node.name} ${version.version ?? "(no pod reached)"}` : node.name;
  const routing = detail.data?.decidedBy.find(({ ref }) => ref.kind === "VirtualService");
  const scoped = useScopedHref();
  const [service] = node.services;
  const box = boxNameOf(node);
  return (
    <SidePanel
      title={title}
      over={
        <>
          {version ? "Version" : NODE_KIND_WORDS[node.kind]}
          <Badge status={HEALTH_STATUS[health.state]}>{sentence(STATE_WORD[health.state])}</Badge>
        </>
      }
      lead={whereOf(node, version)}
      onClose={onClose}
    >
      <div>
        <VerdictBlock status={HEALTH_STATUS[health.state]} title={health.text}>
          Measured over {graph.windowSeconds} s{sourceNote(node)}
        </VerdictBlock>
        <RolloutProgress namespace={node.namespace} services={node.services} />
        {mark ? (
          <p className="mt-2 flex items-center gap-1.5">
            <StatusGlyph status={mark.status} size={14} />
            <Link href={mark.href}>Its configuration has {mark.words}</Link>
          </p>
        ) : null}
        <div className="mt-3 flex flex-wrap gap-2">
          {box === undefined ? null : (
            <Button onClick={() => onSelect(`box:${box}`)}>Show {box}</Button>
          )}
          {around}
          {node.kind === "service" && routing ? (
            <ButtonLink href={scoped(objectHref(routing.ref))}>Edit routing</ButtonLink>
          ) : null}
          {node.kind === "service" &&
          node.versions.length > 1 &&
          node.namespace !== undefined &&
          service !== undefined ? (
            <ButtonLink href={scoped(newRolloutHref(node.namespace, service))}>
              Start a canary
            </ButtonLink>
          ) : null}
        </div>
      </div>
      <DetailCharts detail={detail} health={health} />
      {version || node.versions.length < 2 ? null : (
        <VersionShares versions={node.versions} onSelect={onSelect} />
      )}
      <VerdictProofs
        health={health}
        subject={{
          windowSeconds: graph.windowSeconds,
          selection: detail.data?.selection,
          namespace: node.namespace,
          pods: detail.data?.pods ?? [],
        }}
        evidence={{
          "error-share": <ResponseTable detail={detail} />,
          saturation: <ResponseTable detail={detail} />,
          config: mark ? <Link href={mark.href}>Its findings: {mark.words}</Link> : null,
        }}
      />
      <CallList graph={graph} leaf={version?.id ?? node.id} total={callCount} onSelect={onSelect} />
      <DecidedByList detail={detail} />
      <ProxyList detail={detail} />
      {detail.data && detail.data.pods.length > 0 ? <PodLogs pods={detail.data.pods} /> : null}
      {detail.data ? <CommandTwins node={node} pods={detail.data.pods} /> : null}
    </SidePanel>
  );
}

const NODE_KIND_WORDS: Readonly<Record<NodeKind, string>> = {
  service: "Service",
  workload: "Workload",
  gateway: "Gateway",
  external: "External service",
  passthrough: "Passthrough traffic",
  blackhole: "Blocked traffic",
  unknown: "Unknown clients",
  group: "Group",
};

/** The wizard, with the service filled in. */
const newRolloutHref = (namespace: string, name: string) =>
  `/rollouts/new?service=${encodeURIComponent(`${namespace}/${name}`)}`;

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function whereOf(node: GraphNode, version: GraphVersion | undefined): string {
  const place = node.namespace === undefined ? "outside the mesh" : `in ${node.namespace}`;
  const pods = (version ?? node).pods;
  const protocols = (version ?? node).inbound.protocols.map((name) => name.toUpperCase());
  return [
    version ? `version of ${node.name} ${place}` : place,
    ...(protocols.length > 0 ? [protocols.join(", ")] : []),
    ...(pods ? [`${pods.ready} of ${pods.total} pods ready`] : []),
  ].join(", ");
}

const sourceNote = (node: GraphNode) =>
  node.kind === "gateway" ? ", by what the gateway sends on." : ", by the clients that call it.";
