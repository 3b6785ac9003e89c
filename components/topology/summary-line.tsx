import { HEALTH_STATUS } from "@/components/graph/plate-views";
import { Age } from "@/components/ui/age";
import { StatusGlyph } from "@/components/ui/status-glyph";
import { shortReason } from "@/lib/graph/short-reason";
import type { Health } from "@/lib/graph/mesh-graph";
import type { GraphSummary } from "@/lib/graph/graph-summary";
import { isSilent } from "./graph-states";
import type { GraphReading } from "@/server/topology/topology-service";

const MOST_NAMED = 6;

/** What fails, in one line, each a button that leads to it; then how old the figures are. */
export function SummaryLine({
  summary,
  reading,
  selected,
  onSelect,
  onShowUnwell,
}: {
  summary: GraphSummary;
  reading: GraphReading;
  selected: string | null;
  onSelect: (id: string) => void;
  /** Shows all that fail or are degraded, where they are too many to name. */
  onShowUnwell: () => void;
}) {
  const { services, withTraffic, counts, unwell } = summary;
  const measured = reading.at !== undefined;
  const named = unwell.slice(0, MOST_NAMED);
  const more = Math.max(counts.failing + counts.degraded, unwell.length) - named.length;
  return (
    <div className="qd-topology-summary" role="group" aria-label="Summary">
      <b>
        {services === 1 ? "1 service" : `${services.toLocaleString("en")} services`}
        {measured && withTraffic === services ? " with traffic" : ""}
      </b>
      {measured && withTraffic < services ? <span>{withTraffic} with traffic</span> : null}
      {measured && unwell.length === 0 && services > 0 && !isSilent(reading) ? (
        <span data-status="ok" className="flex items-center gap-1">
          <StatusGlyph status="ok" /> none failing
        </span>
      ) : null}
      {(["failing", "degraded"] as const).map((state) => {
        const nodes = named.filter(({ health }) => health.state === state);
        return nodes.length === 0 ? null : (
          <span key={state} className="qd-topology-unwell">
            <span>
              {Math.max(counts[state], nodes.length)} {state}
            </span>
            {nodes.map((node) => (
              <button
                key={node.id}
                type="button"
                className="qd-chip"
                aria-pressed={selected === node.id}
                title={node.health.text}
                data-status={HEALTH_STATUS[state]}
                onClick={() => onSelect(node.id)}
              >
                <StatusGlyph status={HEALTH_STATUS[state]} />
                <bdi>{node.name}</bdi>
                <ShortReason health={node.health} />
              </button>
            ))}
          </span>
        );
      })}
      {more > 0 ? (
        <button type="button" className="qd-chip" onClick={onShowUnwell}>
          {more} more
        </button>
      ) : null}
      {counts.healthy > 0 ? <span className="text-ink-2">{counts.healthy} healthy</span> : null}
      {counts.idle > 0 ? <span className="text-ink-2">{counts.idle} idle</span> : null}
      {counts.unknown > 0 ? (
        <span className="text-ink-2">{counts.unknown} without data</span>
      ) : null}
      <span className="sr-only" role="status">
        {unwell.length === 0
          ? `${services} services, ${measured && !isSilent(reading) ? "none failing" : "traffic not known"}`
          : `${counts.failing} failing, ${counts.degraded} degraded: ${named.map(({ name, health }) => [name, shortReason(health) ?? ""].join(" ").trim()).join(", ")}`}
      </span>
      {reading.at === undefined ? null : (
        <span className="qd-aside ml-auto">
          Prometheus <Age at={reading.at} /> · rates over {reading.graph.windowSeconds} s
        </span>
      )}
    </div>
  );
}

function ShortReason({ health }: { health: Health }) {
  const reason = shortReason(health);
  return reason === undefined ? null : <span className="text-ink-2">{reason}</span>;
}
