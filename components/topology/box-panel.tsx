import Link from "next/link";
import { HEALTH_STATUS, STATE_WORD } from "@/components/graph/plate-views";
import { findingsHref } from "@/components/layout/object-href";
import { useScopedHref } from "@/components/layout/use-namespace-scope";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { Panel } from "@/components/ui/panel";
import { SidePanel } from "@/components/ui/side-panel";
import { Skeleton } from "@/components/ui/skeleton";
import { StatusGlyph } from "@/components/ui/status-glyph";
import { VerdictBlock } from "@/components/ui/verdict-block";
import type { BoxContents } from "@/lib/graph/box-contents";
import { formatBytes, formatErrorShare, formatRate } from "@/lib/graph/format";
import type { GraphNode, Health, HealthState, MeshGraph, Traffic } from "@/lib/graph/mesh-graph";
import type { BoxDetail } from "@/server/topology/box-detail";
import { CommandLines } from "./command-twins";
import { DecidedByList } from "./decided-by-list";
import { DetailCharts } from "./detail-charts";
import { MemberList } from "./member-list";
import type { BoxQuery } from "./panel-detail";
import { ProxyList } from "./proxy-list";
import { ResponseTable } from "./response-table";

/** A box, or what was folded into one plate: what fails in it, who calls it, and a way in or out. */
export function BoxPanel({
  graph,
  node,
  box,
  detail,
  onSelect,
  onOpen,
  onFold,
  onClose,
}: {
  graph: MeshGraph;
  /** The plate of what was folded; undefined for a box that is open. */
  node: GraphNode | undefined;
  /** The name of the box; undefined for what gathers several. */
  box: string | undefined;
  detail: BoxQuery;
  onSelect: (id: string) => void;
  /** Draws the services of a box singly. */
  onOpen: (box: string) => void;
  onFold: (box: string) => void;
  onClose: () => void;
}) {
  const { data, error, refetch } = detail;
  const health = data ? verdictOf(data.contents) : node?.health;
  const state = health?.state ?? "unknown";
  const mtls = graph.boxes.find(({ namespace }) => namespace === box)?.mtls;
  const isBusy = data === undefined && !error;
  return (
    <SidePanel
      title={node?.name ?? box ?? ""}
      over={
        <>
          {node ? "Group" : "Box"}
          <Badge status={HEALTH_STATUS[state]}>{STATE_WORD[state]}</Badge>
        </>
      }
      lead={[
        ...(data ? [services(data.contents.memberCount)] : []),
        ...(node && box !== undefined ? [`of ${box}`] : []),
        ...(mtls === undefined ? [] : [`mTLS ${mtls}`]),
        ...(data && data.podCount > 0 ? [`${data.podCount} pods`] : []),
      ].join(", ")}
      onClose={onClose}
    >
      <div>
        {health ? (
          <VerdictBlock status={HEALTH_STATUS[state]} title={health.text}>
            {data ? flowWords(data.contents) : null} Rates are over {graph.windowSeconds} s.
          </VerdictBlock>
        ) : null}
        {data ? <Findings findings={data.findings} /> : null}
        <div className="mt-3 flex flex-wrap gap-2">
          {box === undefined ? null : node ? (
            <Button onClick={() => onOpen(box)}>Open {box}</Button>
          ) : (
            <Button onClick={() => onFold(box)}>Fold {box}</Button>
          )}
        </div>
      </div>
      {error && !data ? (
        <ErrorState
          error={error}
          onRetry={() => void refetch()}
          title="What stands in it cannot be read"
        />
      ) : null}
      {isBusy ? <Skeleton label="What stands in it is loading" rows={4} /> : null}
      {data === null ? (
        <EmptyState title="Nothing stands in it now">
          Its services may be gone, or be outside the chosen namespaces.
        </EmptyState>
      ) : null}
      {data ? (
        <>
          <MemberList contents={data.contents} onSelect={onSelect} onOpen={onOpen} />
          <DetailCharts
            detail={detail}
            health={health ?? UNKNOWN}
            title={node && box !== undefined ? `All of ${box} over time` : undefined}
          />
          {data.responses.length > 0 ? (
            <Panel title="Responses" aside={`window ${data.windowSeconds} s`}>
              <ResponseTable detail={detail} />
            </Panel>
          ) : null}
          <DecidedByList detail={detail} />
          <ProxyList detail={detail} />
          <CommandLines commands={commandsFor(box, data)} />
        </>
      ) : null}
    </SidePanel>
  );
}

const UNKNOWN: Health = { state: "unknown", rule: "telemetry", text: "" };

function Findings({ findings: { counts, objects } }: Pick<BoxDetail, "findings">) {
  const scoped = useScopedHref();
  const { errors, warnings } = counts;
  if (errors + warnings === 0) return null;
  return (
    <p className="mt-2 flex items-center gap-1.5">
      <StatusGlyph status={errors > 0 ? "fail" : "warn"} size={14} />
      <Link href={scoped(findingsHref(objects))}>
        {errors} errors and {warnings} warnings in its configuration
      </Link>
    </p>
  );
}

const WORST_FIRST = ["failing", "degraded", "unknown", "healthy", "idle"] as const;

/** How a box stands: its worst state, and who is in it. */
function verdictOf({ counts, members, memberCount }: BoxContents): Health {
  const state: HealthState = WORST_FIRST.find((one) => counts[one] > 0) ?? "unknown";
  const named = members.filter(({ health }) => health.state === state).slice(0, 3);
  const [worst] = named;
  const unwell = state === "failing" || state === "degraded";
  const names = unwell ? `: ${named.map(({ name }) => name).join(", ")}` : "";
  const text = `${counts[state]} of ${services(memberCount)} ${STATE_WORD[state]}${names}`;
  return { state, rule: worst?.health.rule ?? "traffic", text };
}

function flowWords({ into, outOf, within }: BoxContents): string {
  return `In ${trafficWords(into)}, out ${trafficWords(outOf)}, within ${trafficWords(within)}.`;
}

function trafficWords({ requestsPerSecond, errorRatio, ...tcp }: Traffic): string {
  const bytes = (tcp.tcpSentPerSecond ?? 0) + (tcp.tcpReceivedPerSecond ?? 0);
  const parts = [
    ...(requestsPerSecond === null ? [] : [`${formatRate(requestsPerSecond)}/s`]),
    ...(errorRatio ? [`${formatErrorShare(errorRatio)} errors`] : []),
    ...(bytes > 0 ? [formatBytes(bytes)] : []),
  ];
  return parts.length > 0 ? parts.join(" ") : "nothing";
}

const services = (count: number) =>
  count === 1 ? "1 service" : `${count.toLocaleString("en")} services`;

function commandsFor(box: string | undefined, { selection, decidedBy }: BoxDetail): string[] {
  // Only the box of a namespace has series of its own, or policies.
  if (box === undefined || (!selection && decidedBy.length === 0)) return [];
  return [
    `kubectl -n ${box} get pods,services`,
    `istioctl analyze -n ${box}`,
    ...(selection
      ? [
          `sum by (destination_service_name, response_code) (rate(istio_requests_total{reporter=~"source|waypoint", destination_service_namespace="${box}"}[1m]))`,
        ]
      : []),
  ];
}
