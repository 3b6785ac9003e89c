import { LockOpen } from "lucide-react";
import { BADGES } from "@/components/graph/plate";
import { StatusGlyph } from "@/components/ui/status-glyph";
import { formatLimit } from "@/lib/graph/format";
import { ERROR_LIMITS } from "@/lib/graph/response-limits";
import type { Badge, MeshGraph } from "@/lib/graph/mesh-graph";

const LINE = "M2 7h30";

/** What the signs of the graph mean; those of configuration only while they are on it. */
export function GraphLegend({ graph }: { graph: MeshGraph }) {
  const badges = new Set(graph.nodes.flatMap((node) => node.badges));
  const canary = graph.nodes.some(({ versions }) => versions.some((version) => version.canary));
  const plaintext = graph.edges.some(({ mutualTls }) => mutualTls !== null && mutualTls < 0.999);
  return (
    <ul className="qd-legend" aria-label="Legend">
      <li>
        <svg viewBox="0 0 34 14" aria-hidden>
          <path d="M1 7h7" strokeWidth={1.25} />
          <path d="M9 7h7" strokeWidth={2.25} />
          <path d="M17 7h7" strokeWidth={3.5} />
          <path d="M25 7h7" strokeWidth={5} />
        </svg>
        to 50, 300, 1,000, more /s
      </li>
      <li data-status="fail">
        <svg viewBox="0 0 34 14" data-tone="fail" aria-hidden>
          <path d={LINE} strokeWidth={3} />
        </svg>
        <StatusGlyph status="fail" />
        failing ≥ {formatLimit(ERROR_LIMITS.failing)}
      </li>
      <li data-status="warn">
        <svg viewBox="0 0 34 14" data-tone="warn" aria-hidden>
          <path d={LINE} strokeWidth={3} />
        </svg>
        <StatusGlyph status="warn" />
        degraded ≥ {formatLimit(ERROR_LIMITS.degraded)}
      </li>
      <li>
        <svg viewBox="0 0 34 14" aria-hidden>
          <path d={LINE} strokeWidth={1.25} strokeDasharray="4 3" />
        </svg>
        idle
      </li>
      {canary ? (
        <li>
          <svg viewBox="0 0 34 14" data-tone="canary" aria-hidden>
            <path d={LINE} strokeWidth={3} />
          </svg>
          canary
        </li>
      ) : null}
      {plaintext ? (
        <li>
          <LockOpen aria-hidden className="qd-edge-plaintext" size={14} strokeWidth={1.5} />
          not mTLS
        </li>
      ) : null}
      {(Object.keys(BADGES) as Badge[])
        .filter((badge) => badges.has(badge))
        .map((badge) => {
          const { icon: Glyph, word } = BADGES[badge];
          return (
            <li key={badge}>
              <Glyph aria-hidden size={14} strokeWidth={1.5} />
              {word}
            </li>
          );
        })}
    </ul>
  );
}
