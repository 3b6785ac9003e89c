import { type Drawing, OUTSIDE } from "@/lib/graph/drawing";
import type { Layout } from "@/lib/graph/layout";
import type { GraphBox } from "@/lib/graph/mesh-graph";

/** The boxes under the edges: namespaces, what lies outside, and services opened by version. */
export function GraphBoxes({
  drawing,
  layout,
  boxes,
  dim,
}: {
  drawing: Drawing;
  layout: Layout;
  boxes: readonly GraphBox[];
  dim: boolean;
}) {
  const mtls = new Map(boxes.map((box) => [box.namespace, box.mtls]));
  return drawing.boxes.map((box) => {
    const place = layout.places[box.id];
    if (!place) return null;
    const count = box.leaves.length + box.groups.length;
    const { namespace } = box;
    return (
      <div key={box.id} data-dim={dim || undefined}>
        <div
          className="qd-graph-box"
          data-outside={box.id === OUTSIDE || undefined}
          style={{ left: place.x, top: place.y, width: place.width, height: place.height }}
        >
          <span className="qd-graph-box-title">{namespace ?? "outside the mesh"}</span>
          {namespace === undefined ? null : (
            <span className="qd-graph-box-note">
              {count === 1 ? "1 service" : `${count} services`} · {mtls.get(namespace)}
            </span>
          )}
        </div>
        {box.groups.map((group) => {
          const inner = layout.places[group.id];
          return inner ? (
            <div
              key={group.id}
              className="qd-graph-box"
              data-group=""
              style={{ left: inner.x, top: inner.y, width: inner.width, height: inner.height }}
            />
          ) : null;
        })}
      </div>
    );
  });
}
