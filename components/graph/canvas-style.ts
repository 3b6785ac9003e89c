import type { StylesheetJson } from "cytoscape";

const WIDTHS = [1.25, 2.25, 3.5, 5] as const;
/** The selection's halo is this much wider than the edge, all in all. */
const HALO = 6;

/** The canvas knows this value (since 3.25); its types do not yet. */
const ENDPOINTS = "endpoints" as "intersection";

/** The style sheet of the canvas in the colours that the theme has now. */
export function canvasStyle(root: HTMLElement): StylesheetJson {
  const computed = getComputedStyle(root);
  const token = (name: string) => computed.getPropertyValue(`--qd-${name}`).trim();
  const line = (colour: string) => ({ "line-color": colour, "target-arrow-color": colour });
  return [
    {
      selector: "node",
      style: {
        shape: "rectangle",
        width: "data(width)",
        height: "data(height)",
        "background-opacity": 0,
        "border-width": 0,
        "overlay-opacity": 0,
      },
    },
    {
      // Above 150 plates the canvas draws them itself.
      selector: "node.drawn",
      style: {
        shape: "round-rectangle",
        "background-opacity": 1,
        "background-color": token("graph-node"),
        "border-width": 1.25,
        "border-color": token("graph-node-border"),
        label: "data(label)",
        color: token("graph-node-text"),
        "font-family": token("font-sans"),
        "font-size": 12,
        "font-weight": 500,
        "text-valign": "center",
        "text-halign": "center",
        "text-wrap": "wrap",
        "min-zoomed-font-size": 8,
      },
    },
    {
      selector: "node.drawn.fail",
      style: { "border-width": 2.25, "border-color": token("graph-fail-edge") },
    },
    {
      selector: "node.drawn.warn",
      style: { "border-width": 2, "border-color": token("graph-warn-edge") },
    },
    {
      selector: "edge",
      style: {
        "curve-style": "bezier",
        width: WIDTHS[0],
        ...line(token("graph-edge")),
        "target-arrow-shape": "triangle",
        "arrow-scale": 0.9,
        "overlay-opacity": 0,
        "underlay-opacity": 0,
        "underlay-shape": "ellipse",
      },
    },
    {
      selector: "edge.routed",
      style: { "curve-style": "unbundled-bezier", "edge-distances": ENDPOINTS },
    },
    ...WIDTHS.map((width, step) => ({
      selector: `edge.width-${step}`,
      style: { width, "arrow-scale": step > 1 ? 0.7 : 0.9 },
    })),
    {
      selector: "edge.idle",
      style: {
        ...line(token("graph-edge-idle")),
        "line-style": "dashed",
        "line-dash-pattern": [4, 3],
      },
    },
    { selector: "edge.canary", style: line(token("graph-canary")) },
    { selector: "edge.warn", style: line(token("graph-warn-edge")) },
    { selector: "edge.fail", style: line(token("graph-fail-edge")) },
    {
      selector: "edge.fail",
      style: {
        "underlay-opacity": 1,
        "underlay-color": token("fail-bg"),
        "underlay-padding": HALO - 1,
      },
    },
    { selector: "edge.dim", style: { opacity: 0.6 } },
    { selector: "edge.hover", style: { opacity: 1 } },
    {
      selector: "edge.selected",
      style: {
        opacity: 1,
        "underlay-opacity": 1,
        "underlay-color": token("graph-select-halo"),
        "underlay-padding": HALO,
      },
    },
  ];
}
