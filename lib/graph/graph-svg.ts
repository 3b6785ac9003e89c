import { drawingOf, nodeOfLeaf, OUTSIDE } from "./drawing";
import { formatErrorShare, formatRate } from "./format";
import type { Layout, Point, Rect } from "./places";
import type { GraphEdge, HealthState, MeshGraph } from "./mesh-graph";

/** Ink on white paper, whatever theme the page has: a picture is pasted into documents. */
const INK = { text: "#1b1f24", quiet: "#57606a", line: "#8b949e", box: "#f6f8fa", rim: "#d0d7de" };
const STROKE: Readonly<Record<HealthState, string>> = {
  failing: "#b42318",
  degraded: "#9a6700",
  healthy: INK.line,
  idle: INK.line,
  unknown: INK.line,
};
const SIGN: Partial<Record<HealthState, string>> = { failing: "✕ ", degraded: "! " };

/** A graph as an SVG document, as it was laid out. `caption` says of when and what it is. */
export function graphSvg(graph: MeshGraph, layout: Layout, caption: string): string {
  const places = Object.values(layout.places);
  const left = Math.min(0, ...places.map(({ x }) => x)) - 16;
  const top = Math.min(0, ...places.map(({ y }) => y)) - 16;
  const right = Math.max(1, ...places.map(({ x, width }) => x + width)) + 16;
  const bottom = Math.max(1, ...places.map(({ y, height }) => y + height)) + 36;
  const drawing = drawingOf(graph);
  const boxes = drawing.boxes.flatMap((box) => {
    const place = layout.places[box.id];
    const groups = box.groups.flatMap(({ id }) => {
      const inner = layout.places[id];
      return inner ? [rect(inner, "#ffffff", INK.rim), title(inner, nameOf(graph, id))] : [];
    });
    return place
      ? [
          rect(place, box.id === OUTSIDE ? "none" : INK.box, INK.rim),
          title(place, box.name ?? "outside the mesh"),
          ...groups,
        ]
      : groups;
  });
  const leaves = [
    ...drawing.loose,
    ...drawing.boxes.flatMap((box) => [
      ...box.leaves,
      ...box.groups.flatMap(({ versions }) => versions),
    ]),
  ].flatMap(({ id }) => plate(graph, id, layout.places[id]));
  const edges = graph.edges.flatMap((edge) => line(edge, layout));
  const size = { width: right - left, height: bottom - top };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${left} ${top} ${size.width} ${size.height}" width="${size.width}" height="${size.height}" font-family="sans-serif" font-size="12">`,
    `<title>${escaped(caption)}</title>`,
    `<rect x="${left}" y="${top}" width="${size.width}" height="${size.height}" fill="#ffffff"/>`,
    `<defs>${Object.entries(STROKE).map(arrow).join("")}</defs>`,
    ...boxes,
    ...edges,
    ...leaves,
    text({ x: left + 16, y: bottom - 12 }, caption, INK.quiet),
    "</svg>",
  ].join("\n");
}

const escaped = (value: string): string =>
  value
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");

const text = ({ x, y }: Point, words: string, fill = INK.text, weight = 400): string =>
  `<text x="${x}" y="${y}" fill="${fill}" font-weight="${weight}">${escaped(words)}</text>`;

const rect = ({ x, y, width, height }: Rect, fill: string, stroke: string, strokeWidth = 1) =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="5" fill="${fill}" stroke="${stroke}" stroke-width="${strokeWidth}"/>`;

const title = ({ x, y }: Rect, words: string) =>
  text({ x: x + 10, y: y + 18 }, words, INK.quiet, 600);

const arrow = ([state, colour]: readonly [string, string]): string =>
  `<marker id="arrow-${state}" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="${colour}"/></marker>`;

const nameOf = (graph: MeshGraph, id: string): string => nodeOfLeaf(graph, id)?.node.name ?? id;

function plate(graph: MeshGraph, id: string, place: Rect | undefined): string[] {
  const found = nodeOfLeaf(graph, id);
  if (!found || !place) return [];
  const { node, version } = found;
  const { health, inbound } = version ?? node;
  const name = version ? (version.version ?? "no pod reached") : node.name;
  const width = health.state === "failing" || health.state === "degraded" ? 2 : 1;
  const rate = inbound.requestsPerSecond;
  const figures = [
    ...(node.members === undefined ? [] : [`${node.members} services`]),
    ...(rate === null ? [] : [`${formatRate(rate)}/s`]),
    ...(inbound.errorRatio ? [formatErrorShare(inbound.errorRatio)] : []),
  ];
  return [
    rect(place, "#ffffff", STROKE[health.state], width),
    text({ x: place.x + 9, y: place.y + 16 }, `${SIGN[health.state] ?? ""}${name}`, INK.text, 600),
    text({ x: place.x + 9, y: place.y + 31 }, figures.join(" · ") || health.state, INK.quiet),
  ];
}

function line({ id, source, target, health, traffic }: GraphEdge, layout: Layout): string[] {
  const [from, to] = [layout.places[source], layout.places[target]];
  if (!from || !to) return [];
  const start = { x: from.x + from.width, y: from.y + from.height / 2 };
  const end = { x: to.x, y: to.y + to.height / 2 };
  const points = [start, ...(layout.routes[id] ?? []), end];
  const path = points.map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${x} ${y}`).join(" ");
  const colour = STROKE[health.state];
  const dashes = health.state === "idle" ? ' stroke-dasharray="4 3"' : "";
  const middle = points[Math.floor(points.length / 2)] ?? end;
  const words = traffic.errorRatio
    ? [text({ x: middle.x + 4, y: middle.y - 4 }, formatErrorShare(traffic.errorRatio), colour)]
    : [];
  return [
    `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${health.state === "failing" ? 2.5 : 1.5}"${dashes} marker-end="url(#arrow-${health.state})"/>`,
    ...words,
  ];
}
