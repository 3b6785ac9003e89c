import { ErrorState } from "@/components/ui/error-state";
import { Figure } from "@/components/ui/figure";
import {
  formatClock,
  type Measure,
  measureBytes,
  measureLatency,
  measureRate,
  measureShare,
} from "@/components/ui/format";
import { Panel } from "@/components/ui/panel";
import { Skeleton } from "@/components/ui/skeleton";
import { Sparkline } from "@/components/ui/sparkline";
import type { Health } from "@/lib/graph/mesh-graph";
import type { DetailQuery } from "./panel-detail";

type Line = readonly (number | null)[];

/** Rate, errors and latency over the last sixty windows. */
export function DetailCharts({
  detail,
  health,
  title = "Over time",
}: {
  detail: DetailQuery;
  health: Health;
  title?: string | undefined;
}) {
  const { data, error, refetch } = detail;
  if (error && !data) {
    return (
      <ErrorState error={error} onRetry={() => void refetch()} title="The charts cannot be read">
        The figures of the graph go on without them.
      </ErrorState>
    );
  }
  if (data === undefined) return <Skeleton label="Charts are loading" rows={4} />;
  if (!data?.range) return null;
  const { range, requests, errors, p95, tcp } = data;
  const failing = health.state === "failing" && health.rule === "error-share";
  return (
    <Panel title={title} aside={`each point ${data.windowSeconds} s`}>
      <div className="grid gap-2">
        {requests.length > 0 ? (
          <>
            <Chart name="Requests" line={requests} measure={measureRate} />
            <Chart name="Errors" line={errors} measure={measureShare} failing={failing} max={1} />
            <Chart name="p95" line={p95} measure={measureLatency} />
          </>
        ) : null}
        {tcp.length > 0 ? (
          <Chart
            name="TCP"
            line={tcp}
            measure={(bytes) => {
              const { value, unit } = measureBytes(bytes);
              return { value, unit: unit && `${unit}/s` };
            }}
          />
        ) : null}
      </div>
      <p className="qd-chart-axis qd-aside">
        <span>{formatClock(range.start)}</span>
        <span>{formatClock(range.end)}</span>
      </p>
    </Panel>
  );
}

function Chart({
  name,
  line,
  measure,
  failing = false,
  max,
}: {
  name: string;
  line: Line;
  measure: (value: number | null) => Measure;
  failing?: boolean;
  max?: number;
}) {
  const last = line.at(-1) ?? null;
  const known = line.filter((value) => value !== null);
  const words = (value: number | null) => {
    const { value: number, unit } = measure(value);
    return `${number} ${unit}`.trim();
  };
  const label =
    known.length === 0
      ? `${name}: no data`
      : `${name}: now ${words(last)}, lowest ${words(Math.min(...known))}, highest ${words(Math.max(...known))}`;
  // An error share below five in a hundred would lie flat on a scale of one.
  const top = max === undefined ? undefined : Math.min(max, Math.max(0.05, ...known));
  return (
    <div className="qd-chart">
      <span className="qd-chart-name">{name}</span>
      <Figure {...measure(last)} />
      <Sparkline
        points={line}
        failing={failing}
        label={label}
        {...(top === undefined ? {} : { max: top })}
      />
    </div>
  );
}
