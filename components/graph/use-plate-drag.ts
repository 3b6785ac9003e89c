import { type RefObject, useEffect, useRef } from "react";
import type { Layout, Point } from "@/lib/graph/places";

/** A press that moves less than this is a click. */
const SLACK_PX = 5;

/**
 * Lets plates be dragged to another place. A press on a plate, or on a label, never reaches the canvas
 * below, which would take the focus away and start to drag the ground. The keyboard has Shift with
 * the arrows for the same.
 */
export function usePlateDrag(
  layers: RefObject<HTMLElement | null>,
  input: {
    readonly layout: Layout | undefined;
    readonly zoom: RefObject<number>;
    readonly onPin: (id: string, corner: Point) => void;
  },
): void {
  const latest = useRef(input);
  useEffect(() => {
    latest.current = input;
  });
  // External system: the pointer, which leaves the plate while it drags it.
  useEffect(() => {
    const element = layers.current;
    if (!element) return;
    const stop = (event: Event) => {
      if (event.target !== element) event.stopPropagation();
    };
    const press = (event: PointerEvent) => {
      const plate = (event.target as Element).closest<HTMLElement>("[data-plate]");
      if (!plate || event.button !== 0 || event.pointerType === "touch") return;
      drag(plate, event, latest);
    };
    element.addEventListener("mousedown", stop);
    element.addEventListener("touchstart", stop, { passive: true });
    element.addEventListener("pointerdown", press);
    return () => {
      element.removeEventListener("mousedown", stop);
      element.removeEventListener("touchstart", stop);
      element.removeEventListener("pointerdown", press);
    };
  }, [layers]);
}

function drag(
  plate: HTMLElement,
  start: PointerEvent,
  latest: RefObject<Parameters<typeof usePlateDrag>[1]>,
): void {
  const end = new AbortController();
  const { signal } = end;
  let by: Point | undefined;
  const move = ({ clientX, clientY }: PointerEvent) => {
    const [dx, dy] = [clientX - start.clientX, clientY - start.clientY];
    if (!by && Math.hypot(dx, dy) < SLACK_PX) return;
    const { current: zoom } = latest.current.zoom;
    by = { x: dx / zoom, y: dy / zoom };
    plate.style.translate = `${by.x}px ${by.y}px`;
  };
  const drop = () => {
    end.abort();
    plate.style.translate = "";
    const id = plate.dataset.plate ?? "";
    const place = latest.current.layout?.places[id];
    if (!by || !place) return;
    latest.current.onPin(id, { x: Math.round(place.x + by.x), y: Math.round(place.y + by.y) });
    // The click that ends a drag is none.
    plate.addEventListener("click", (event) => event.stopPropagation(), {
      capture: true,
      once: true,
    });
  };
  document.addEventListener("pointermove", move, { signal });
  document.addEventListener("pointerup", drop, { signal });
  document.addEventListener(
    "pointercancel",
    () => {
      by = undefined;
      drop();
    },
    { signal },
  );
}
