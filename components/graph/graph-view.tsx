"use client";

import {
  type KeyboardEvent,
  useCallback,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
} from "react";
import { useTheme } from "@/components/ui/use-theme";
import { drawingOf } from "@/lib/graph/drawing";
import type { Layout, Point } from "@/lib/graph/places";
import { type Pins, pinLayout } from "@/lib/graph/pin-layout";
import { type MeshGraph, nodeIdOf } from "@/lib/graph/mesh-graph";
import { BoxButtons } from "./box-buttons";
import { edgeCurves } from "./edge-geometry";
import { EdgeLabels } from "./edge-labels";
import { busiestEdges, type EdgeLabelChoice, edgeViews } from "./edge-views";
import { boxAround, entryOf, focusOf, opensOf } from "./graph-focus";
import { GraphBoxes } from "./graph-boxes";
import { GraphFoot } from "./graph-foot";
import { Minimap, type MinimapHandle } from "./minimap";
import { Plate, type PlateMark } from "./plate";
import { plateViews } from "./plate-views";
import { relatedTo } from "./related";
import { type Camera, useCytoscape } from "./use-cytoscape";
import { sameSet, useDrawnCalls } from "./use-drawn-calls";
import { onGraphKey } from "./graph-keys";
import { useLayout } from "./use-layout";
import { usePlateDrag } from "./use-plate-drag";
import { useSame, useSameItems } from "./use-same";

/** The page draws this many plates itself, crisp and focusable; above it the canvas does. */
const DOM_PLATES = 150;

const NO_IDS: ReadonlySet<string> = new Set();

interface GraphViewProps {
  readonly graph: MeshGraph;
  /** Id of a node, a version or an edge. */
  readonly selected: string | null;
  readonly onSelect: (id: string | null) => void;
  /** By plate: what is wrong with its configuration. */
  readonly marks?: ReadonlyMap<string, PlateMark> | undefined;
  readonly edgeLabels: EdgeLabelChoice;
  /** Where somebody put plates, and what puts one there. */
  readonly pins: Pins;
  readonly onPin: (id: string, corner: Point) => void;
  /** Draws every call, however quiet, of a picture with many. */
  readonly allCalls: boolean;
  readonly onAllCalls: (all: boolean) => void;
  /** Shows only what is around a node. */
  readonly onFocus: (id: string) => void;
  /** Counts wishes for a new layout. */
  readonly layAgain: number;
  /** What an expression found: it stays in full ink while nothing is selected. */
  readonly marked?: ReadonlySet<string> | undefined;
  /** Draws the services of a folded namespace, or other box, or folds them. */
  readonly onOpenBox: (box: string) => void;
  readonly onCloseBox: (box: string) => void;
  /** Told where things are drawn, for pictures of it. */
  readonly onLayout: (layout: Layout) => void;
  /** Beside the zoom buttons. */
  readonly legend: React.ReactNode;
}

/** The mesh as a graph: boxes and plates are the page's own, edges are drawn on a canvas. */
export function GraphView(props: GraphViewProps) {
  const { graph, selected, onSelect, marks, edgeLabels, layAgain, legend } = props;
  const { marked, pins, onPin, allCalls, onAllCalls } = props;
  const { onFocus, onOpenBox, onCloseBox, onLayout } = props;
  const { laid, shown, quiet, hubs } = useDrawnCalls(graph, { selected, all: allCalls });
  const drawing = useSame(useMemo(() => drawingOf(laid, hubs), [laid, hubs]));
  const { laidOut, error } = useLayout(drawing, layAgain);
  const layout = useMemo(
    () => laidOut && pinLayout(laidOut.layout, laidOut.drawing, pins),
    [laidOut, pins],
  );
  useEffect(() => {
    if (layout) onLayout(layout);
  }, [layout, onLayout]);
  const plates = useSameItems(useMemo(() => plateViews(graph, hubs), [graph, hubs]));
  // Figures change with each refresh, and the ways of edges with none.
  const ends = useSameItems(useMemo(() => shown.edges.map(endsOf), [shown.edges]));
  const curves = useMemo(
    () => (layout ? edgeCurves(ends, layout) : new Map<string, never>()),
    [ends, layout],
  );
  const [busiest, setBusiest] = useState(NO_IDS);
  const nextBusiest = busiestEdges(laid, busiest);
  if (!sameSet(busiest, nextBusiest)) setBusiest(nextBusiest);
  const edges = useSameItems(
    useMemo(
      () => edgeViews(shown, { choice: edgeLabels, selected, busiest }),
      [shown, edgeLabels, selected, busiest],
    ),
  );
  const related = useMemo(() => relatedTo(selected, graph) ?? marked, [selected, graph, marked]);
  const inDom = plates.length <= DOM_PLATES;

  const canvasEdges = useSameItems(
    useMemo(
      () =>
        edges.map(({ id, source, target, classes }) => ({
          id,
          source,
          target,
          classes: `${classes}${id === selected ? " selected" : ""}${related && !related.has(id) ? " dim" : ""}`,
        })),
      [edges, selected, related],
    ),
  );
  const canvasNodes = useSameItems(
    useMemo(
      () =>
        plates
          .filter(({ shape }) => shape !== "group")
          .map(({ id, title, line, health }) => ({
            id,
            label: inDom ? undefined : `${title}\n${line}`,
            classes: inDom ? "" : `drawn ${CANVAS_STATE[health.state]}`,
          })),
      [plates, inDom],
    ),
  );

  const ground = useRef<HTMLDivElement>(null);
  const layers = useRef<HTMLDivElement>(null);
  const under = useRef<HTMLDivElement>(null);
  const minimap = useRef<MinimapHandle>(null);
  const zoom = useRef(1);
  const canvas = useCytoscape(ground, {
    layout,
    nodes: canvasNodes,
    edges: canvasEdges,
    curves,
    theme: useTheme(),
    focus: useMemo(() => focusOf(graph, selected), [graph, selected]),
    onCamera: (camera) => {
      zoom.current = camera.zoom;
      follow([under.current, layers.current], camera);
      const { clientWidth: width = 0, clientHeight: height = 0 } = ground.current ?? {};
      minimap.current?.show(camera, { width, height });
    },
    onPick: onSelect,
  });

  const { reveal } = canvas;
  const wanted = graph.edges.find(({ id }) => id === selected)?.target ?? selected;
  useEffect(() => {
    if (wanted !== null && layout) reveal(wanted);
  }, [wanted, layout, reveal]);

  const [focused, setFocused] = useState<string>();
  const ids = useMemo(() => plates.map(({ id }) => id), [plates]);
  const entry = useMemo(() => entryOf(plates, layout), [plates, layout]);
  const current = ids.find((id) => id === focused) ?? ids.find((id) => id === selected) ?? entry;
  const keys = useId();

  function moveTo(id: string) {
    setFocused(id);
    canvas.reveal(id);
    layers.current?.querySelector<HTMLElement>(`[data-plate="${CSS.escape(id)}"]`)?.focus({
      preventScroll: true,
    });
  }

  const toggleBox = useCallback(
    (id: string) => {
      const isGroup = id.startsWith("group:");
      const box = isGroup ? opensOf(graph, id) : boxAround(graph, id);
      if (box === undefined) return;
      if (isGroup) onOpenBox(box);
      else onCloseBox(box);
    },
    [graph, onOpenBox, onCloseBox],
  );

  function onKeyDown(event: KeyboardEvent) {
    const focus = (id: string) => onFocus(nodeIdOf(id));
    const unselect = selected === null ? undefined : () => onSelect(null);
    const place = (id: string, by: Point) => {
      const at = layout?.places[id];
      if (at) onPin(id, { x: at.x + by.x, y: at.y + by.y });
    };
    const box = current === undefined ? undefined : boxAround(graph, current);
    const showBox = () => (box === undefined ? undefined : onSelect(`box:${box}`));
    onGraphKey(event, {
      ...{ graph, plates, layout, current, canvas, moveTo, place, focus, showBox, unselect },
      toggle: toggleBox,
    });
  }

  usePlateDrag(layers, { layout, zoom, onPin });

  return (
    <div className="qd-graph">
      <div
        ref={ground}
        className="qd-graph-ground"
        role="group"
        aria-label="Service graph"
        aria-describedby={keys}
        data-drawn-calls={edges.length}
        onKeyDown={onKeyDown}
        onFocus={({ target }) => {
          // However the focus came there: keys act on what has it.
          const plate = target.closest<HTMLElement>("[data-plate]");
          if (plate?.dataset.plate) setFocused(plate.dataset.plate);
        }}
      >
        <div ref={under} className="qd-graph-layer" data-under="">
          {laidOut ? (
            <GraphBoxes
              drawing={drawing}
              layout={layout ?? laidOut.layout}
              boxes={graph.boxes}
              selected={selected}
            />
          ) : null}
        </div>
        <div ref={layers} className="qd-graph-layer">
          {layout ? (
            <EdgeLabels
              edges={edges}
              curves={curves}
              layout={layout}
              plates={ids}
              related={related}
              onSelect={onSelect}
            />
          ) : null}
          {laidOut ? (
            <BoxButtons
              drawing={drawing}
              layout={layout ?? laidOut.layout}
              onSelect={onSelect}
              onClose={onCloseBox}
            />
          ) : null}
          {layout && inDom
            ? plates.map((plate) => {
                const place = layout.places[plate.id];
                return place ? (
                  <Plate
                    key={plate.id}
                    plate={plate}
                    place={place}
                    selected={plate.id === selected}
                    dim={related !== undefined && !related.has(plate.id)}
                    current={plate.id === current}
                    onSelect={onSelect}
                    onToggle={toggleBox}
                    mark={marks?.get(plate.id)}
                  />
                ) : null;
              })
            : null}
        </div>
      </div>
      {layout ? (
        <div className="qd-minimap-corner">
          <Minimap handle={minimap} layout={layout} plates={plates} onPick={canvas.centre} />
        </div>
      ) : null}
      <p id={keys} className="sr-only">
        Arrow keys: left to callers, right to callees, up and down to neighbours. Enter opens
        details, Escape closes them. [ and ] step through what fails. B tells of the box of a
        service, O opens a group, or folds the box of a service. F shows only what is around a
        service. Shift with an arrow key moves a plate. The Table view holds the same data.
      </p>
      {error ? (
        <p className="qd-graph-note" role="alert">
          The layout could not be worked out: {error}. The Table view holds the same data.
        </p>
      ) : null}
      <GraphFoot {...{ graph, hubs, quiet, allCalls, onAllCalls, canvas, legend }} />
    </div>
  );
}

const endsOf = ({ id, source, target }: MeshGraph["edges"][number]) => ({ id, source, target });

const CANVAS_STATE = {
  failing: "fail",
  degraded: "warn",
  healthy: "",
  idle: "",
  unknown: "",
} as const;

/** Keeps the page's layers under the same camera as the canvas, without rendering anything anew. */
function follow(elements: readonly (HTMLElement | null)[], { zoom, x, y }: Camera) {
  for (const element of elements) {
    if (element) element.style.transform = `translate(${x}px, ${y}px) scale(${zoom})`;
  }
}
