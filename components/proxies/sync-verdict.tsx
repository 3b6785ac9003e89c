import { Age } from "@/components/ui/age";
import { VerdictBlock } from "@/components/ui/verdict-block";
import { XDS_TYPES } from "@/lib/xds/xds-type";
import type { ProxyDetail } from "@/server/proxies/proxy-detail";
import { ObjectLink } from "./object-link";
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
  const { why } = row;
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
          <MadeBy why={why} /> {why.next}
        </>
      );
    case "late":
      return (
        <>
          Sent <Age at={row.since} />, not acknowledged. It goes on with the {what} that it had.{" "}
          {why.next}
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
          {sentence(why.evidence)} It keeps the configuration that it last got. {why.next}
        </>
      );
    case "unknown":
      return (
        <>
          {sentence(why.evidence)} {why.next}
        </>
      );
    case "older":
      return (
        <>
          {row.evidence}. {why.next}
        </>
      );
    case "synced":
      return (
        <>
          Last push <Age at={row.since} />, acknowledged for every type that it asks for.
        </>
      );
  }
}

const sentence = (text: string | undefined): string =>
  text ? `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.` : "";

/** What was refused, and the object that it comes from. */
function MadeBy({ why }: { why: ProxyDetail["row"]["why"] }) {
  const { culprit, resource, moreResources } = why;
  return (
    <>
      {resource ? (
        <>
          {" "}
          Refused: <span className="font-mono text-xs">{resource}</span>
          {moreResources > 0 ? ` and ${moreResources} more` : ""}.
        </>
      ) : null}
      {culprit ? (
        <>
          {" "}
          {culprit.isNamed ? "Envoy’s words lead to" : "The only object that could do it is"}{" "}
          <ObjectLink of={culprit.object} />, field{" "}
          <span className="font-mono text-xs">{culprit.path}</span>.
        </>
      ) : null}
    </>
  );
}
