import { LockOpen } from "lucide-react";
import { memo, useMemo } from "react";
import { StatusGlyph } from "@/components/ui/status-glyph";
import type { Layout } from "@/lib/graph/places";
import { type EdgeCurve, type LabelRequest, placeLabels } from "./edge-geometry";
import type { EdgeView } from "./edge-views";

const LINE_HEIGHT = 14;
const CHARACTER_WIDTH = 6.6;
const GLYPH_ROOM = 18;

interface LabelledEdge {
  readonly edge: EdgeView;
  readonly request: LabelRequest;
}

/** The labels of edges that have something to say, each where it covers nothing. */
export const EdgeLabels = memo(function EdgeLabels({
  edges,
  curves,
  layout,
  plates,
  related,
  onSelect,
}: {
  edges: readonly EdgeView[];
  curves: ReadonlyMap<string, EdgeCurve>;
  layout: Layout;
  /** Ids of what must not be covered. */
  plates: readonly string[];
  /** Edges that stay in full ink; undefined when nothing is selected. */
  related: ReadonlySet<string> | undefined;
  onSelect: (id: string) => void;
}) {
  const labelled = useMemo(() => edges.flatMap(sized).sort(importantFirst), [edges]);
  const places = useMemo(() => {
    const covered = plates.map((id) => layout.places[id]).filter((place) => place !== undefined);
    return placeLabels(
      labelled.map(({ request }) => request),
      curves,
      covered,
    );
  }, [labelled, curves, layout, plates]);

  return labelled.map(({ edge, request }) => {
    const at = places.get(edge.id);
    if (!at) return null;
    const { label, plaintext } = edge;
    const tone = label?.tone ?? "plain";
    return (
      <span
        key={edge.id}
        className="qd-edge-label"
        data-tone={tone}
        data-dim={(related && !related.has(edge.id)) || undefined}
        aria-hidden
        style={{ left: at.x, top: at.y, minWidth: request.width - 8 }}
        onClick={() => onSelect(edge.id)}
      >
        {tone === "fail" || tone === "warn" ? (
          <span data-status={tone}>
            <StatusGlyph status={tone} size={13} />
          </span>
        ) : null}
        <span>
          {label?.lines.map((line) => (
            <span key={line}>{line}</span>
          ))}
        </span>
        {plaintext ? <LockOpen className="qd-edge-plaintext" size={13} strokeWidth={1.5} /> : null}
      </span>
    );
  });
});

function sized(edge: EdgeView): LabelledEdge[] {
  const { label, plaintext } = edge;
  if (!label && !plaintext) return [];
  const longest = Math.max(0, ...(label?.lines ?? []).map((line) => line.length));
  const glyphs =
    (label && label.tone !== "plain" && label.tone !== "canary" ? 1 : 0) + (plaintext ? 1 : 0);
  return [
    {
      edge,
      request: {
        id: edge.id,
        width: Math.ceil(longest * CHARACTER_WIDTH + glyphs * GLYPH_ROOM + 12),
        height: Math.max(1, label?.lines.length ?? 1) * LINE_HEIGHT + 6,
      },
    },
  ];
}

const RANK = { fail: 0, warn: 1, canary: 2, plain: 3 } as const;

/** What fails chooses its place first. */
const importantFirst = (a: LabelledEdge, b: LabelledEdge) =>
  RANK[a.edge.label?.tone ?? "plain"] - RANK[b.edge.label?.tone ?? "plain"] ||
  (a.edge.id < b.edge.id ? -1 : 1);
