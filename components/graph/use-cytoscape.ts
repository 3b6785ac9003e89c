import type { Core, EdgeSingular, ElementDefinition } from "cytoscape";
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import type { Layout, Point } from "@/lib/graph/places";
import { canvasStyle } from "./canvas-style";
import { type EdgeCurve, relativeControls } from "./edge-geometry";
import { restWhenIdle } from "./rest-when-idle";

/** How the canvas looks at the graph. */
export interface Camera {
  readonly zoom: number;
  readonly x: number;
  readonly y: number;
}

/** One edge for the canvas to draw; all that may change without a new layout is in `classes`. */
interface CanvasEdge {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  readonly classes: string;
}

/** One plate as the canvas knows it: edges end at it. */
interface CanvasNode {
  readonly id: string;
  /** What to write where the canvas draws plates itself; undefined where the page does. */
  readonly label: string | undefined;
  readonly classes: string;
}

interface CanvasInput {
  readonly layout: Layout | undefined;
  readonly nodes: readonly CanvasNode[];
  readonly edges: readonly CanvasEdge[];
  readonly curves: ReadonlyMap<string, EdgeCurve>;
  readonly theme: string;
  /** What must be in sight when not everything can be, best first. */
  readonly focus: readonly string[];
  readonly onCamera: (camera: Camera) => void;
  /** An edge or a plate was clicked; `null` is the ground. */
  readonly onPick: (id: string | null) => void;
}

const ZOOM = { min: 0.2, max: 2.5, step: 1.25, largestFit: 1.2, margin: 16 } as const;

/** The zoom at which the smallest text of a plate, 12 px, still has the 11 px it needs. */
const READABLE = 11 / 12;

/**
 * Keeps one cytoscape instance in step with the graph. The only file that calls cytoscape.
 *
 * Elements are patched by id, and only where something changed, so that a refresh of figures
 * redraws just what it must. The canvas pans and zooms; `onCamera` lets the page's own layers follow.
 */
export function useCytoscape(container: RefObject<HTMLDivElement | null>, input: CanvasInput) {
  const [core, setCore] = useState<Core | null>(null);
  const latest = useRef(input);
  /** Once the operator moved the camera, it is theirs. */
  const moved = useRef(false);

  useEffect(() => {
    latest.current = input;
  });

  // External system: the canvas. Its code is loaded when it is first needed.
  useEffect(() => {
    const element = container.current;
    if (!element) return;
    let created: Core | undefined;
    let gone = false;
    const resize = new ResizeObserver(() => {
      created?.resize();
      if (created && !moved.current) fit(created, latest.current);
    });
    void import("cytoscape").then(({ default: cytoscape }) => {
      if (gone) return;
      created = cytoscape({
        container: element,
        style: canvasStyle(document.documentElement),
        layout: { name: "preset" },
        minZoom: ZOOM.min,
        maxZoom: ZOOM.max,
        autoungrabify: true,
        boxSelectionEnabled: false,
        selectionType: "single",
        autounselectify: true,
      });
      restWhenIdle(created);
      created.on("viewport", ({ cy }) => latest.current.onCamera(cameraOf(cy)));
      created.on("scrollzoom dragpan pinchzoom", () => (moved.current = true));
      created.on("tap", ({ target, cy }) => {
        latest.current.onPick(target === cy ? null : (target as EdgeSingular).id());
      });
      created.on("mouseover", "edge", ({ target }) => {
        (target as EdgeSingular).addClass("hover");
        element.style.cursor = "pointer";
      });
      created.on("mouseout", "edge", ({ target }) => {
        (target as EdgeSingular).removeClass("hover");
        element.style.cursor = "";
      });
      resize.observe(element);
      setCore(created);
    });
    return () => {
      gone = true;
      resize.disconnect();
      created?.destroy();
      setCore(null);
    };
  }, [container]);

  // The theme's colours are read from the page, so they are read again when it changes.
  useEffect(() => {
    core?.style(canvasStyle(document.documentElement));
  }, [core, input.theme]);

  const { layout, nodes, edges, curves } = input;
  useEffect(() => {
    if (!core || !layout) return;
    core.batch(() => {
      patch(core, elementsOf(layout, nodes, edges));
      for (const { id, classes } of nodes) setClasses(core, id, classes);
      for (const { id, classes } of edges) {
        setClasses(core, id, curves.has(id) ? `${classes} routed` : classes);
        const curve = curves.get(id);
        if (curve) setCurve(core.getElementById(id), curve, layout);
      }
    });
  }, [core, layout, nodes, edges, curves]);

  useEffect(() => {
    if (core && layout && !moved.current) fit(core, latest.current);
  }, [core, layout]);

  const zoomBy = useCallback(
    (direction: 1 | -1) => {
      if (!core) return;
      moved.current = true;
      const level = core.zoom() * ZOOM.step ** direction;
      core.zoom({ level, renderedPosition: { x: core.width() / 2, y: core.height() / 2 } });
    },
    [core],
  );
  const fitAll = useCallback(() => {
    moved.current = false;
    if (core) fit(core, latest.current, true);
  }, [core]);
  /** Moves the camera just so far that `id` is in sight. */
  const reveal = useCallback(
    (id: string) => {
      const place = latest.current.layout?.places[id];
      if (core && place) bringIntoView(core, place);
    },
    [core],
  );
  /** Puts a place of the layout into the middle. */
  const centre = useCallback(
    ({ x, y }: Point) => {
      if (!core) return;
      moved.current = true;
      const zoom = core.zoom();
      core.pan({ x: core.width() / 2 - x * zoom, y: core.height() / 2 - y * zoom });
    },
    [core],
  );
  return { ready: core !== null, zoomBy, fitAll, reveal, centre };
}

function elementsOf(
  layout: Layout,
  nodes: readonly CanvasNode[],
  edges: readonly CanvasEdge[],
): Map<string, ElementDefinition> {
  const elements = new Map<string, ElementDefinition>();
  for (const { id, label } of nodes) {
    const place = layout.places[id];
    if (!place) continue;
    const { x, y, width, height } = place;
    elements.set(id, {
      group: "nodes",
      data: { id, width, height, ...(label === undefined ? {} : { label }) },
      position: { x: x + width / 2, y: y + height / 2 },
    });
  }
  for (const { id, source, target } of edges) {
    if (elements.has(source) && elements.has(target)) {
      elements.set(id, { group: "edges", data: { id, source, target } });
    }
  }
  return elements;
}

function patch(core: Core, wanted: ReadonlyMap<string, ElementDefinition>): void {
  core.elements().forEach((element) => {
    if (!wanted.has(element.id())) element.remove();
  });
  const fresh: ElementDefinition[] = [];
  for (const [id, definition] of wanted) {
    const drawn = core.getElementById(id);
    if (drawn.empty()) {
      fresh.push(definition);
      continue;
    }
    const { position, data } = definition;
    if (!position) continue;
    const at = drawn.position();
    if (at.x !== position.x || at.y !== position.y) drawn.position(position);
    for (const key of ["width", "height", "label"] as const) {
      if (drawn.data(key) !== data[key]) drawn.data(key, data[key]);
    }
  }
  if (fresh.length > 0) core.add(fresh);
}

function setClasses(core: Core, id: string, classes: string): void {
  const element = core.getElementById(id);
  if (element.empty() || element.scratch("_classes") === classes) return;
  element.scratch("_classes", classes);
  element.classes(classes);
}

function setCurve(edge: EdgeSingular, curve: EdgeCurve, layout: Layout): void {
  if (edge.empty() || edge.scratch("_curve") === curve) return;
  edge.scratch("_curve", curve);
  const from = layout.places[edge.data("source") as string];
  const to = layout.places[edge.data("target") as string];
  if (!from || !to) return;
  const { weights, distances } = relativeControls(curve);
  const relative = ({ x, y }: { x: number; y: number }, place: typeof from) =>
    `${x - place.x - place.width / 2}px ${y - place.y - place.height / 2}px`;
  edge.style({
    "source-endpoint": relative(curve.start, from),
    "target-endpoint": relative(curve.end, to),
    "control-point-weights": weights.join(" "),
    "control-point-distances": distances.join(" "),
  });
}

const cameraOf = (core: Core): Camera => ({ zoom: core.zoom(), ...core.pan() });

/**
 * Shows all of the graph, or, where that would make it unreadable, the part around what matters.
 * `whole` shows all of it however small.
 */
function fit(core: Core, { layout, focus }: CanvasInput, whole = false): void {
  const places = Object.values(layout?.places ?? {});
  if (!layout || places.length === 0 || core.width() === 0) return;
  const left = Math.min(...places.map(({ x }) => x));
  const top = Math.min(...places.map(({ y }) => y));
  const right = Math.max(...places.map(({ x, width }) => x + width));
  const bottom = Math.max(...places.map(({ y, height }) => y + height));
  const across = core.width() - 2 * ZOOM.margin;
  const down = core.height() - 2 * ZOOM.margin;
  const all = Math.min(ZOOM.largestFit, across / (right - left), down / (bottom - top));
  const zoom = Math.max(whole ? ZOOM.min : READABLE, all);
  const centre = focus.map((id) => layout.places[id]).find((place) => place !== undefined);
  const pan = (start: number, end: number, room: number, at: number) => {
    if ((end - start) * zoom <= room - 2 * ZOOM.margin) return (room - zoom * (start + end)) / 2;
    // As far towards the focus as the graph reaches.
    const atStart = ZOOM.margin - start * zoom;
    const atEnd = room - ZOOM.margin - end * zoom;
    return Math.max(atEnd, Math.min(atStart, room / 2 - at * zoom));
  };
  core.viewport({
    zoom,
    pan: {
      x: pan(left, right, core.width(), centre ? centre.x + centre.width / 2 : left),
      y: pan(top, bottom, core.height(), centre ? centre.y + centre.height / 2 : top),
    },
  });
}

function bringIntoView(core: Core, place: Layout["places"][string]): void {
  const zoom = core.zoom();
  const pan = core.pan();
  const shift = (start: number, length: number, room: number) => {
    const end = start + length;
    if (start < ZOOM.margin) return ZOOM.margin - start;
    return end > room - ZOOM.margin ? room - ZOOM.margin - end : 0;
  };
  const dx = shift(place.x * zoom + pan.x, place.width * zoom, core.width());
  const dy = shift(place.y * zoom + pan.y, place.height * zoom, core.height());
  if (dx !== 0 || dy !== 0) core.panBy({ x: dx, y: dy });
}
