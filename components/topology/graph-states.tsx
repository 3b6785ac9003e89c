import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { StaleNote } from "@/components/ui/stale-note";
import { Status } from "@/components/ui/status";
import type { GraphReading } from "@/server/topology/topology-service";
import { GraphPlaceholder } from "./graph-placeholder";

/** The graph on its way, in its shape. */
export function GraphSkeleton() {
  return <GraphPlaceholder label="The graph is loading" />;
}

/** What is not as it should be with the numbers: old, partial or missing, and what to do. */
export function SourceNotes({ reading }: { reading: GraphReading }) {
  const { telemetry, at, problems } = reading;
  const notes = [...telemetry.missing, ...problems];
  if (telemetry.state === "live" && notes.length === 0) return null;
  return (
    <div className="qd-topology-notes" role="status">
      {telemetry.state === "stale" ? (
        <StaleNote at={at}>
          {telemetry.message}. The graph shows what was measured last. {telemetry.hint}
        </StaleNote>
      ) : null}
      {telemetry.state === "down" ? (
        <Note status="fail" label="No traffic data">
          {telemetry.message}. The graph shows what runs, without traffic. {telemetry.hint}
        </Note>
      ) : null}
      {telemetry.state === "off" ? (
        <Note status="off" label="No Prometheus is configured">
          The graph shows what runs, without traffic. {telemetry.hint}
        </Note>
      ) : null}
      {notes.map((note) => (
        <Note key={note} status="warn" label="Partial">
          {note}.
        </Note>
      ))}
    </div>
  );
}

/** Prometheus is there, but has nothing of this mesh: so nothing can be said of what fails. */
export const isSilent = ({ telemetry, summary }: GraphReading): boolean =>
  telemetry.missing.length > 0 && summary.withTraffic === 0;

function Note({
  status,
  label,
  children,
}: {
  status: "fail" | "warn" | "off";
  label: string;
  children: React.ReactNode;
}) {
  return (
    <p>
      <Status status={status} label={label} /> <span className="qd-note">{children}</span>
    </p>
  );
}

/** Why the graph is empty. */
export function NoServices({
  reading,
  scope,
  onShowAll,
}: {
  reading: GraphReading;
  scope: readonly string[];
  /** Shows what the expression, or the distance, leaves out. */
  onShowAll: () => void;
}) {
  return (
    <div className="p-4">
      {!reading.ready ? (
        <EmptyState title="The cluster has not been read yet">
          Services appear as soon as it answers.
        </EmptyState>
      ) : reading.hidden > 0 ? (
        <EmptyState
          title={
            reading.hidden === 1
              ? "The one service is hidden"
              : `All ${reading.hidden} services are hidden`
          }
          action={<Button onClick={onShowAll}>Show everything</Button>}
        >
          The expression leaves nothing to draw.
        </EmptyState>
      ) : scope.length > 0 ? (
        <EmptyState title={`No service of the mesh in ${scope.join(", ")}`}>
          Neither traffic nor pods with a proxy were found there. Choose other namespaces at the
          top, or all of them.
        </EmptyState>
      ) : (
        <EmptyState title="No service of the mesh">
          No pod with a sidecar, a gateway or ztunnel was found, and Prometheus has no Istio
          metrics. Label a namespace with istio-injection=enabled and restart its pods.
        </EmptyState>
      )}
    </div>
  );
}
