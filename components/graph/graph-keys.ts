import type { KeyboardEvent } from "react";
import type { Layout, Point } from "@/lib/graph/places";
import type { MeshGraph } from "@/lib/graph/mesh-graph";
import { step, UNWELL } from "./graph-focus";
import { type Direction, nextInDirection } from "./move-focus";
import type { PlateView } from "./plate-views";

const ARROWS: Readonly<Record<string, Direction>> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};

/** How far Shift with an arrow moves a plate. */
const STEP: Readonly<Record<Direction, Point>> = {
  left: { x: -24, y: 0 },
  right: { x: 24, y: 0 },
  up: { x: 0, y: -24 },
  down: { x: 0, y: 24 },
};

/** What the keys of a graph act on. */
interface Targets {
  readonly graph: MeshGraph;
  readonly plates: readonly PlateView[];
  readonly layout: Layout | undefined;
  /** The plate that has the focus, or would have it. */
  readonly current: string | undefined;
  readonly canvas: { readonly zoomBy: (direction: 1 | -1) => void; readonly fitAll: () => void };
  readonly moveTo: (id: string) => void;
  /** Puts a plate so far from where it is, in pixels of the layout. */
  readonly place: (id: string, by: Point) => void;
  /** Opens a group, or folds the namespace of a plate. */
  readonly toggle: (id: string) => void;
  /** Tells of the box that the current plate stands in. */
  readonly showBox: () => void;
  /** Shows only what is around a plate. */
  readonly focus: (id: string) => void;
  /** Undefined while nothing is selected. */
  readonly unselect: (() => void) | undefined;
}

/**
 * Keys of the graph: arrows go to callers, callees and neighbours, with Shift they move a plate; `[` and `]` through what fails;
 * `b` tells of the box, `o` opens and folds it; `f` shows what is around; `+`, `-` and `0` zoom; Esc ends a selection.
 */
export function onGraphKey(event: KeyboardEvent, targets: Targets): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { graph, plates, layout, current, canvas, moveTo, place, toggle } = targets;
  const { focus, showBox, unselect } = targets;
  const act = (key: string): boolean => {
    const direction = ARROWS[key];
    if (direction && event.shiftKey) {
      if (current) place(current, STEP[direction]);
      return true;
    }
    if (direction && current && layout) {
      const ids = plates.map(({ id }) => id);
      const next = nextInDirection(current, direction, { ids, layout, edges: graph.edges });
      if (next) moveTo(next);
      return true;
    }
    if (key === "[" || key === "]") {
      const unwell = plates.filter(({ health }) => UNWELL.has(health.state)).map(({ id }) => id);
      const next = step(unwell, current, key === "]" ? 1 : -1);
      if (next) moveTo(next);
      return true;
    }
    if (key === "o" && current) toggle(current);
    else if (key === "b" && current) showBox();
    else if (key === "f" && current) focus(current);
    else if (key === "+" || key === "=") canvas.zoomBy(1);
    else if (key === "-") canvas.zoomBy(-1);
    else if (key === "0") canvas.fitAll();
    else if (key === "Escape" && unselect) unselect();
    else return false;
    return true;
  };
  if (act(event.key)) event.preventDefault();
}
