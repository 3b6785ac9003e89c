import type { GraphNode, GraphVersion, MeshGraph, Traffic } from "@/lib/graph/mesh-graph";

/** More kinds of response than this are told by the detail of an edge. */
const MAX_RESPONSES = 4;

/**
 * The graph as it goes over the wire: four significant digits, and the responses that explain an
 * edge's colour. Nodes carry none, since their edges do.
 */
export function compactGraph(graph: MeshGraph): MeshGraph {
  return {
    ...graph,
    nodes: graph.nodes.map((node): GraphNode => ({
      ...node,
      inbound: compactTraffic(node.inbound, 0),
      versions: node.versions.map((version): GraphVersion => ({
        ...version,
        inbound: compactTraffic(version.inbound, 0),
        share: rounded(version.share),
      })),
    })),
    edges: graph.edges.map((edge) => ({
      ...edge,
      traffic: compactTraffic(edge.traffic, MAX_RESPONSES),
      mutualTls: rounded(edge.mutualTls),
    })),
  };
}

function compactTraffic(traffic: Traffic, maxResponses: number): Traffic {
  const { latency, responses } = traffic;
  const telling = responses.filter(({ failed }) => failed).slice(0, maxResponses);
  return {
    ...traffic,
    requestsPerSecond: rounded(traffic.requestsPerSecond),
    errorRatio: rounded(traffic.errorRatio),
    responses: telling.map((response) => ({
      ...response,
      requestsPerSecond: rounded(response.requestsPerSecond) ?? 0,
    })),
    latency: {
      average: rounded(latency.average),
      p50: rounded(latency.p50),
      p95: rounded(latency.p95),
      p99: rounded(latency.p99),
    },
    payloadPerSecond: rounded(traffic.payloadPerSecond),
    tcpSentPerSecond: rounded(traffic.tcpSentPerSecond),
    tcpReceivedPerSecond: rounded(traffic.tcpReceivedPerSecond),
  };
}

const rounded = (value: number | null): number | null =>
  value === null ? null : Number(value.toPrecision(4));
