import { Age } from "@/components/ui/age";
import type { ShownError } from "@/components/ui/error-state";
import { formatNumber } from "@/components/ui/format";
import { StaleNote } from "@/components/ui/stale-note";
import { Status } from "@/components/ui/status";
import type { ProxyTable } from "@/server/proxies/proxy-table";
import { shortPod, STATE_ORDER, STATE_WORDS } from "./proxy-words";
import type { ProxiesState, SetProxiesState } from "./use-proxies-state";

type Told = Omit<ProxyTable, "rows">;

const LOUD: Readonly<Record<string, string>> = {
  fail: "text-fail-text font-strong",
  warn: "text-warn-text font-strong",
};

/** How many proxies there are and how they stand; each number narrows the table to its proxies. */
export function CountsLine({
  table,
  state,
  setState,
}: {
  table: Told;
  state: ProxiesState;
  setState: SetProxiesState;
}) {
  const { counts } = table;
  const shown = STATE_ORDER.filter((name) => counts[name] > 0);
  return (
    <span>
      {formatNumber(counts.total)} {counts.total === 1 ? "proxy" : "proxies"}
      {shown.map((name, index) => {
        const [status, word] = STATE_WORDS[name];
        return (
          <span key={name}>
            {index === 0 ? ": " : ", "}
            <button
              type="button"
              className={`qd-proxies-count ${LOUD[status] ?? ""}`}
              aria-pressed={state.state === name}
              onClick={() => void setState({ state: state.state === name ? null : name })}
            >
              {formatNumber(counts[name])} {word.toLowerCase()}
            </button>
          </span>
        );
      })}
    </span>
  );
}

/** How old the table is, and who told it. */
export function SourceLine({ table }: { table: Told }) {
  const answering = table.istiods.filter(({ error }) => !error);
  const [only] = table.istiods;
  const who =
    table.istiods.length === 1 && only
      ? `istiod ${shortPod(only.name)}`
      : `${answering.length} of ${table.istiods.length} istiods`;
  if (table.at === undefined) return <span className="qd-note">Asking istiod</span>;
  return (
    <span className="qd-note">
      syncz <Age at={table.at} />, {who}
    </span>
  );
}

/** What is missing or old in the table, and what to do. */
export function SourceNotes({ table, error }: { table: Told; error: ShownError | null }) {
  const silent = table.istiods.filter((istiod) => istiod.error);
  if (silent.length === 0 && !error) return null;
  return (
    <div className="mb-2 grid gap-1" role="status">
      {error ? (
        <StaleNote at={table.at}>
          {error.message}.{" "}
          {table.at === undefined
            ? "The table shows what the cluster says of their pods."
            : "The table shows what istiod said last."}{" "}
          {error.data?.hint}
        </StaleNote>
      ) : null}
      {silent.map(({ name, proxies, at, error: failure }) => (
        <p key={name}>
          <Status
            status={proxies === null ? "fail" : "warn"}
            label={`istiod ${shortPod(name)} does not answer`}
          />{" "}
          <span className="qd-note">
            {failure?.message}.{" "}
            {proxies === null ? (
              "Its proxies are not in the table."
            ) : (
              <>
                Its {formatNumber(proxies)} proxies are shown as of <Age at={at} />.
              </>
            )}{" "}
            {failure?.hint}
          </span>
        </p>
      ))}
    </div>
  );
}
