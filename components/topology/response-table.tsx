import { TableScroll } from "@/components/ui/table-scroll";
import { formatErrorShare, formatRate } from "@/lib/graph/format";
import type { DetailQuery } from "./panel-detail";

/** How requests ended, by code and flag. */
export function ResponseTable({ detail }: { detail: DetailQuery }) {
  const { data } = detail;
  if (!data || data.responses.length === 0) return null;
  const total = data.responses.reduce((sum, { requestsPerSecond }) => sum + requestsPerSecond, 0);
  return (
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
  );
}
