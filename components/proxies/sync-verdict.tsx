import { Age } from "@/components/ui/age";
import { VerdictBlock } from "@/components/ui/verdict-block";
import { XDS_TYPES } from "@/lib/xds/xds-type";
import type { ProxyDetail } from "@/server/proxies/proxy-detail";
import { STATE_WORDS, TYPE_WORDS } from "./proxy-words";

/** One sentence on how the proxy stands, and what it means for its traffic. */
export function SyncVerdict({ detail }: { detail: ProxyDetail }) {
  const { row } = detail;
  return (
    <VerdictBlock status={STATE_WORDS[row.state][0]} title={titleOf(detail)}>
      <Consequence detail={detail} />
    </VerdictBlock>
  );
}

function titleOf({ row }: ProxyDetail): string {
  switch (row.state) {
    case "synced":
      return "It holds everything that istiod sent";
    case "older":
      return `Synced, but its proxy is ${row.version ?? "of another release"}`;
    case "pending":
      return "A push is under way";
    default:
      return row.cause;
  }
}

function Consequence({ detail: { row, types } }: { detail: ProxyDetail }) {
  const concerned = types
    ? XDS_TYPES.filter((type) => {
        const { state } = types[type];
        return state === "refused" || state === "stale";
      }).map((type) => TYPE_WORDS[type].toLowerCase())
    : [];
  const what = concerned.join(", ").replace(/, ([^,]+)$/, " and $1");
  switch (row.state) {
    case "refused":
      return (
        <>
          Refused <Age at={row.since} />. It goes on with the {what} that it had, and every later
          change of them is lost until it accepts one.
        </>
      );
    case "late":
      return (
        <>
          Sent <Age at={row.since} />, not acknowledged. It goes on with the {what} that it had.
          Look at the load of its pod and node, and at the log of container istio-proxy.
        </>
      );
    case "pending":
      return (
        <>
          Sent <Age at={row.since} />; answers usually come within a second.
        </>
      );
    case "disconnected":
      return (
        <>
          Its pod has a proxy, and no istiod lists it: it keeps the configuration that it last got.
          Look at the log of container istio-proxy, and whether it reaches istiod on port 15012.
        </>
      );
    case "older":
      return <>{row.evidence}. Restart the workload to take the newer proxy.</>;
    case "synced":
      return (
        <>
          Last push <Age at={row.since} />, acknowledged for every type that it asks for.
        </>
      );
  }
}
