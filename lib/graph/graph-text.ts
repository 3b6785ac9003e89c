import { formatBytes, formatErrorShare, formatRate } from "./format";
import { type EdgeJson, type GraphJson, type NodeJson } from "./graph-json";

/** The formats that a graph is written in. */
export const GRAPH_FORMATS = ["json", "dot", "mermaid", "cytoscape"] as const;

export type GraphFormat = (typeof GRAPH_FORMATS)[number];

/** Writes a graph in one of its formats; JSON for people, `indent` spaces a level, or for programs, 0. */
export function graphText(graph: GraphJson, format: GraphFormat, indent = 2): string {
  switch (format) {
    case "json":
      return JSON.stringify(graph, null, indent);
    case "cytoscape":
      return JSON.stringify(cytoscapeOf(graph), null, indent);
    case "dot":
      return dotOf(graph);
    case "mermaid":
      return mermaidOf(graph);
  }
}

/** What an edge says in a picture: its rate, and the share that fails. */
function edgeLabel({ requestsPerSecond, errorRatio, ...edge }: EdgeJson): string {
  const bytes = (edge.tcpSentBytesPerSecond ?? 0) + (edge.tcpReceivedBytesPerSecond ?? 0);
  const words =
    requestsPerSecond === null
      ? edge.observed
        ? [formatBytes(bytes)]
        : ["configured"]
      : [`${formatRate(requestsPerSecond)}/s`];
  if (errorRatio) words.push(`${formatErrorShare(errorRatio)} errors`);
  return words.join(", ").replaceAll("\u00a0", " ");
}

const nodeLabel = ({ name, kind, version }: NodeJson): string =>
  kind === "version" ? (version ?? "no pod reached") : name;

const COLOURS = { failing: "#c9190b", degraded: "#b45309" } as const;

const colourOf = (state: string): string | undefined =>
  state === "failing" || state === "degraded" ? COLOURS[state] : undefined;

/** Nodes by the box that they are drawn in; an app with versions is a box itself. */
function boxed({ nodes }: GraphJson) {
  const parents = new Set(nodes.flatMap(({ parent }) => parent ?? []));
  const namespaces = new Map<string, NodeJson[]>();
  for (const node of nodes) {
    if (node.parent !== undefined) continue;
    const key = node.namespace ?? "";
    namespaces.set(key, [...(namespaces.get(key) ?? []), node]);
  }
  const versionsOf = (id: string) => nodes.filter(({ parent }) => parent === id);
  return { parents, namespaces, versionsOf };
}

/** Graphviz: namespaces and apps with versions are clusters. */
function dotOf(graph: GraphJson): string {
  const { parents, namespaces, versionsOf } = boxed(graph);
  const quoted = (text: string) => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
  const leaf = (node: NodeJson) => {
    const colour = colourOf(node.health.state);
    const more = colour ? `, color=${quoted(colour)}` : "";
    return `${quoted(node.id)} [label=${quoted(nodeLabel(node))}${more}];`;
  };
  const inside = (node: NodeJson): string[] =>
    parents.has(node.id)
      ? [
          `subgraph ${quoted(`cluster_${node.id}`)} { label=${quoted(node.name)};`,
          ...versionsOf(node.id).map((version) => `  ${leaf(version)}`),
          "}",
        ]
      : [leaf(node)];
  const lines = [...namespaces].flatMap(([namespace, nodes]) => {
    const body = nodes.flatMap(inside);
    return namespace === ""
      ? body
      : [
          `subgraph ${quoted(`cluster_${namespace}`)} { label=${quoted(namespace)};`,
          ...body.map((line) => `  ${line}`),
          "}",
        ];
  });
  const edges = graph.edges.map((edge) => {
    const colour = colourOf(edge.health.state);
    const attributes = [
      `label=${quoted(edgeLabel(edge))}`,
      ...(colour ? [`color=${quoted(colour)}`] : []),
      ...(edge.health.state === "idle" ? ["style=dashed"] : []),
    ];
    return `${quoted(edge.source)} -> ${quoted(edge.target)} [${attributes.join(", ")}];`;
  });
  const body = ["rankdir=LR;", "node [shape=box];", ...lines, ...edges].map((l) => `  ${l}`);
  return ["digraph mesh {", ...body, "}"].join("\n");
}

/** Mermaid's flowchart. Its ids take no slashes, so nodes are numbered. */
function mermaidOf(graph: GraphJson): string {
  const { parents, namespaces, versionsOf } = boxed(graph);
  const numbers = new Map(graph.nodes.map(({ id }, index) => [id, `n${index}`]));
  const idOf = (id: string) => numbers.get(id) ?? "n";
  const quoted = (text: string) =>
    `"${text.replaceAll("&", "#amp;").replaceAll('"', "#quot;").replaceAll("<", "#lt;").replaceAll(">", "#gt;")}"`;
  const leaf = (node: NodeJson) => {
    const state = colourOf(node.health.state) ? `:::${node.health.state}` : "";
    return `${idOf(node.id)}[${quoted(nodeLabel(node))}]${state}`;
  };
  const inside = (node: NodeJson): string[] =>
    parents.has(node.id)
      ? [
          `subgraph ${idOf(node.id)}[${quoted(node.name)}]`,
          ...versionsOf(node.id).map((version) => `  ${leaf(version)}`),
          "end",
        ]
      : [leaf(node)];
  const lines = [...namespaces].flatMap(([namespace, nodes], index) => {
    const body = nodes.flatMap(inside);
    return namespace === ""
      ? body
      : [`subgraph ns${index}[${quoted(namespace)}]`, ...body.map((line) => `  ${line}`), "end"];
  });
  const edges = graph.edges.map((edge) => {
    const arrow = edge.health.state === "idle" ? "-.->" : "-->";
    return `${idOf(edge.source)} ${arrow}|${quoted(edgeLabel(edge))}| ${idOf(edge.target)}`;
  });
  const classes = Object.entries(COLOURS).map(
    ([state, colour]) => `classDef ${state} stroke:${colour},stroke-width:2px;`,
  );
  return ["flowchart LR", ...[...lines, ...edges, ...classes].map((l) => `  ${l}`)].join("\n");
}

/** Cytoscape.js' own form of elements: namespaces and apps with versions are parents. */
function cytoscapeOf({ nodes, edges, boxes }: GraphJson) {
  const boxId = (namespace: string) => `namespace:${namespace}`;
  return {
    elements: {
      nodes: [
        ...boxes.map(({ namespace, mtls }) => ({
          data: { id: boxId(namespace), label: namespace, kind: "namespace", mtls },
        })),
        ...nodes.map(({ parent, ...node }) => ({
          data: {
            ...node,
            label: nodeLabel(node),
            ...(parent !== undefined
              ? { parent }
              : node.namespace === undefined
                ? {}
                : { parent: boxId(node.namespace) }),
          },
        })),
      ],
      edges: edges.map((edge) => ({ data: { ...edge, label: edgeLabel(edge) } })),
    },
  };
}
