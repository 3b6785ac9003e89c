import { HEALTH_STATUS, STATE_WORD } from "@/components/graph/plate-views";
import { objectHref } from "@/components/layout/object-href";
import { useScopedHref } from "@/components/layout/use-namespace-scope";
import { Badge } from "@/components/ui/badge";
import { ButtonLink } from "@/components/ui/button-link";
import { SidePanel } from "@/components/ui/side-panel";
import { VerdictBlock } from "@/components/ui/verdict-block";
import { nodeOfLeaf } from "@/lib/graph/drawing";
import { formatLatency, formatRate, formatSplit } from "@/lib/graph/format";
import type { GraphEdge, MeshGraph } from "@/lib/graph/mesh-graph";
import { worstResponse } from "@/lib/graph/traffic";
import { DecidedByList } from "./decided-by-list";
import { DetailCharts } from "./detail-charts";
import { nameOfLeaf } from "./leaf-name";
import type { DetailQuery } from "./panel-detail";
import { ResponseTable } from "./response-table";
import { VerdictProofs } from "./verdict-proofs";

/** Traffic between two: how it stands, why, over time, and who decides. */
export function EdgePanel({
  graph,
  edge,
  detail,
  onSelect,
  onClose,
}: {
  graph: MeshGraph;
  edge: GraphEdge;
  detail: DetailQuery;
  onSelect: (id: string) => void;
  onClose: () => void;
}) {
  const { health, traffic, source, target } = edge;
  const worst = worstResponse(traffic);
  const meaning = detail.data?.responses.find(({ flags }) => flags === worst?.flags)?.meaning;
  const routing = detail.data?.decidedBy.find(({ ref }) => ref.kind === "VirtualService");
  const scoped = useScopedHref();
  const called = nodeOfLeaf(graph, target)?.node;
  return (
    <SidePanel
      title={
        <>
          <LeafButton graph={graph} id={source} onSelect={onSelect} /> →{" "}
          <LeafButton graph={graph} id={target} onSelect={onSelect} />
        </>
      }
      over={
        <>
          Edge
          <Badge status={HEALTH_STATUS[health.state]}>{STATE_WORD[health.state]}</Badge>
        </>
      }
      lead={`${traffic.protocols.map((name) => name.toUpperCase()).join(", ")}, ${mtlsWords(edge)}`}
      onClose={onClose}
    >
      <div>
        <VerdictBlock status={HEALTH_STATUS[health.state]} title={health.text}>
          {worst ? (
            <>
              Most failures end in <code>{worst.grpcStatus ?? worst.code}</code>
              {worst.flags === "-" ? null : (
                <>
                  {" "}
                  with flag <code>{worst.flags}</code>
                </>
              )}
              {meaning ? `: ${meaning}` : ""}.{" "}
            </>
          ) : null}
          Measured over {graph.windowSeconds} s, p50 {formatLatency(traffic.latency.p50)}, p95{" "}
          {formatLatency(traffic.latency.p95)}, p99 {formatLatency(traffic.latency.p99)}
          {traffic.requestsPerSecond === null
            ? ""
            : `, ${formatRate(traffic.requestsPerSecond)} requests/s`}
          .
        </VerdictBlock>
        {routing ? (
          <div className="mt-3">
            <ButtonLink href={scoped(objectHref(routing.ref))}>Edit routing</ButtonLink>
          </div>
        ) : null}
      </div>
      <DetailCharts detail={detail} health={health} />
      <VerdictProofs
        health={health}
        subject={{
          windowSeconds: graph.windowSeconds,
          selection: detail.data?.selection,
          namespace: called?.namespace,
          pods: detail.data?.pods ?? [],
        }}
        evidence={{
          "error-share": <ResponseTable detail={detail} />,
          saturation: <ResponseTable detail={detail} />,
        }}
      />
      <DecidedByList detail={detail} />
    </SidePanel>
  );
}

function LeafButton({
  graph,
  id,
  onSelect,
}: {
  graph: MeshGraph;
  id: string;
  onSelect: (id: string) => void;
}) {
  return (
    <button type="button" className="qd-row-action" onClick={() => onSelect(id)}>
      {nameOfLeaf(graph, id)}
    </button>
  );
}

function mtlsWords({ mutualTls }: GraphEdge): string {
  if (mutualTls === null) return "mTLS not known: the destination reports nothing";
  if (mutualTls >= 0.999) return "mTLS";
  return mutualTls === 0 ? "plaintext" : `mTLS for ${formatSplit(mutualTls)} of it`;
}
