import { FoldHorizontal } from "lucide-react";
import { Fragment, memo } from "react";
import type { Drawing } from "@/lib/graph/drawing";
import type { Layout } from "@/lib/graph/places";

/**
 * On the title of each box: opens what is known of it; in its corner: folds its services into one
 * plate. The keyboard has B and O for the same.
 */
export const BoxButtons = memo(function BoxButtons({
  drawing,
  layout,
  onSelect,
  onClose,
}: {
  drawing: Drawing;
  layout: Layout;
  onSelect: (id: string) => void;
  onClose: (box: string) => void;
}) {
  return drawing.boxes.map(({ id, name, leaves, groups }) => {
    const place = layout.places[id];
    if (!place || name === undefined) return null;
    return (
      <Fragment key={id}>
        <button
          type="button"
          className="qd-box-title"
          tabIndex={-1}
          aria-hidden
          title={`Details of ${name}`}
          style={{ left: place.x + 2, top: place.y + 2, width: Math.max(40, place.width - 34) }}
          onClick={() => onSelect(id)}
        />
        {leaves.length + groups.length < 2 ? null : (
          <button
            type="button"
            className="qd-box-fold"
            tabIndex={-1}
            aria-hidden
            title={`Fold ${name}`}
            style={{ left: place.x + place.width - 28, top: place.y + 3 }}
            onClick={() => onClose(name)}
          >
            <FoldHorizontal size={14} strokeWidth={1.5} />
          </button>
        )}
      </Fragment>
    );
  });
});
