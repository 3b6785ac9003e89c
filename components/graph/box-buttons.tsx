import { memo } from "react";
import { FoldHorizontal } from "lucide-react";
import type { Drawing } from "@/lib/graph/drawing";
import type { Layout } from "@/lib/graph/layout";

/** In the corner of each namespace: folds its services into one plate. The keyboard has O. */
export const BoxButtons = memo(function BoxButtons({
  drawing,
  layout,
  onClose,
}: {
  drawing: Drawing;
  layout: Layout;
  onClose: (box: string) => void;
}) {
  return drawing.boxes.map(({ id, name, leaves, groups }) => {
    const place = layout.places[id];
    if (!place || name === undefined || leaves.length + groups.length < 2) return null;
    return (
      <button
        key={id}
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
    );
  });
});
