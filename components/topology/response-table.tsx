import { CodeBlock } from "@/components/ui/code-block";
import { CopyButton } from "@/components/ui/copy-button";
import { Panel } from "@/components/ui/panel";
import { TableScroll } from "@/components/ui/table-scroll";
import { formatErrorShare, formatRate } from "@/lib/graph/format";
import type { Health, HealthState } from "@/lib/graph/mesh-graph";
import type { DetailQuery } from "./panel-detail";

const TITLE: Readonly<Record<HealthState, string>> = {
  failing: "Why is it red",
  degraded: "Why is it amber",
  healthy: "Responses",
  idle: "Responses",
  unknown: "Responses",
};

/** How requests ended, by code and flag, and the query that says so. */
export function ResponseTable({ detail, health }: { detail: DetailQuery; health: Health }) {
  const { data } = detail;
  if (!data?.queries || data.responses.length === 0) return null;
  const total = data.responses.reduce((sum, { requestsPerSecond }) => sum + requestsPerSecond, 0);
  return (
    <Panel title={TITLE[health.state]} aside={`window ${data.windowSeconds} s`}>
      <TableScroll label="Responses by code and flag">
        <table className="qd-table" data-dense="">
          <thead>
            <tr>
              <th scope="col">Code</th>
              <th scope="col">Flag</th>
              <th scope="col">Meaning</th>
              <th scope="col" data-numeric="">
                Rate
              </th>
              <th scope="col" data-numeric="">
                Share
              </th>
            </tr>
          </thead>
          <tbody>
            {data.responses.map(({ code, grpcStatus, flags, requestsPerSecond, meaning }) => (
              <tr key={`${code} ${grpcStatus ?? ""} ${flags}`}>
                <td>{grpcStatus === undefined ? code : `gRPC ${grpcStatus}`}</td>
                <td>
                  <code>{flags}</code>
                </td>
                <td>{meaning}</td>
                <td data-numeric="">
                  {formatRate(requestsPerSecond)}
                  <span className="qd-unit">/s</span>
                </td>
                <td data-numeric="">
                  {formatErrorShare(total > 0 ? requestsPerSecond / total : null)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
      <div className="mt-2 grid gap-1">
        <CodeBlock text={data.queries.responses} label="Query of these rates" />
        <div className="flex flex-wrap">
          <CopyButton text={data.queries.responses} label="Copy PromQL" />
          <CopyButton text={data.queries.p95} label="Copy PromQL of p95" />
        </div>
      </div>
    </Panel>
  );
}
