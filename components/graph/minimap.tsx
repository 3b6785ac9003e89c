import { memo, type RefObject, useImperativeHandle, useMemo, useRef } from "react";
import type { Layout, Point } from "@/lib/graph/places";
import type { PlateView } from "./plate-views";
import type { Camera } from "./use-cytoscape";

const WIDTH = 176;
const MOST_HEIGHT = 110;
/** Where no more than this part of the picture is out of sight at a side, no map is needed. */
const NEARLY = 0.06;

/** Shows on the map what the camera sees, without rendering anything anew. */
export interface MinimapHandle {
  show(camera: Camera, ground: { readonly width: number; readonly height: number }): void;
}

/**
 * All of the picture in small, with what fails in its colour and a frame around what is in sight. It
 * is there only while the picture is larger than the window. For the pointer alone: the keyboard
 * walks the plates, and the summary names what fails.
 */
export const Minimap = memo(function Minimap({
  handle,
  layout,
  plates,
  onPick,
}: {
  handle: RefObject<MinimapHandle | null>;
  layout: Layout;
  plates: readonly PlateView[];
  /** The place that was pressed, in pixels of the layout. */
  onPick: (at: Point) => void;
}) {
  const svg = useRef<SVGSVGElement>(null);
  const frame = useRef<SVGRectElement>(null);
  const extent = useMemo(() => extentOf(layout), [layout]);
  const { left, top, width, height } = extent;
  const scale = Math.min(WIDTH / width, MOST_HEIGHT / height);

  useImperativeHandle(handle, () => ({
    show({ zoom, x, y }, ground) {
      const seen = {
        x: -x / zoom,
        y: -y / zoom,
        width: ground.width / zoom,
        height: ground.height / zoom,
      };
      for (const [name, value] of Object.entries(seen)) {
        frame.current?.setAttribute(name, String(value));
      }
      const [outX, outY] = [width * NEARLY, height * NEARLY];
      const all =
        seen.x <= left + outX &&
        seen.y <= top + outY &&
        seen.x + seen.width >= left + width - outX &&
        seen.y + seen.height >= top + height - outY;
      svg.current?.toggleAttribute("data-hidden", all);
    },
  }));

  return (
    <svg
      ref={svg}
      className="qd-minimap"
      data-hidden=""
      aria-hidden
      viewBox={`${left} ${top} ${width} ${height}`}
      width={width * scale}
      height={height * scale}
      onPointerDown={(event) => {
        const box = event.currentTarget.getBoundingClientRect();
        onPick({
          x: left + ((event.clientX - box.left) / box.width) * width,
          y: top + ((event.clientY - box.top) / box.height) * height,
        });
      }}
    >
      {plates.map(({ id, shape, health }) => {
        const place = layout.places[id];
        return place && shape !== "group" ? (
          <rect key={id} data-state={health.state} {...place} rx={6} />
        ) : null;
      })}
      <rect ref={frame} data-frame="" />
    </svg>
  );
});

function extentOf({ places }: Layout) {
  const all = Object.values(places);
  const left = Math.min(...all.map(({ x }) => x));
  const top = Math.min(...all.map(({ y }) => y));
  return {
    left,
    top,
    width: Math.max(1, Math.max(...all.map(({ x, width }) => x + width)) - left),
    height: Math.max(1, Math.max(...all.map(({ y, height }) => y + height)) - top),
  };
}
