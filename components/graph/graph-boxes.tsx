import { memo } from "react";
import { type Drawing, OUTSIDE } from "@/lib/graph/drawing";
import type { Layout } from "@/lib/graph/places";
import type { GraphBox } from "@/lib/graph/mesh-graph";

/** The boxes under the edges: namespaces, what lies outside, and services opened by version. */
export const GraphBoxes = memo(function GraphBoxes({
  drawing,
  layout,
  boxes,
  selected,
}: {
  drawing: Drawing;
  layout: Layout;
  boxes: readonly GraphBox[];
  selected: string | null;
}) {
  const mtls = new Map(boxes.map((box) => [box.namespace, box.mtls]));
  return drawing.boxes.map((box) => {
    const place = layout.places[box.id];
    if (!place) return null;
    const count = box.leaves.length + box.groups.length;
    const { name } = box;
    const mode = name === undefined ? undefined : mtls.get(name);
    return (
      <div key={box.id} data-dim={selected !== null || undefined}>
        <div
          className="qd-graph-box"
          data-outside={box.id === OUTSIDE || undefined}
          data-selected={box.id === selected || undefined}
          style={{ left: place.x, top: place.y, width: place.width, height: place.height }}
        >
          <p>
            <b>{name ?? "outside the mesh"}</b>
            {name === undefined ? null : (
              <span>
                {[...(count === 1 ? [] : [`${count} services`]), ...(mode ? [mode] : [])].join(
                  " · ",
                )}
              </span>
            )}
          </p>
        </div>
        {box.groups.map((group) => {
          const inner = layout.places[group.id];
          return inner ? (
            <div
              key={group.id}
              className="qd-graph-box"
              data-group=""
              data-selected={group.id === selected || undefined}
              style={{ left: inner.x, top: inner.y, width: inner.width, height: inner.height }}
            />
          ) : null;
        })}
      </div>
    );
  });
});
