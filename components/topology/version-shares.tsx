import { HEALTH_STATUS } from "@/components/graph/plate-views";
import { Panel } from "@/components/ui/panel";
import { ShareBar } from "@/components/ui/share-bar";
import { Status } from "@/components/ui/status";
import { formatErrorShare, formatSplit } from "@/lib/graph/format";
import type { GraphVersion } from "@/lib/graph/mesh-graph";

/** What each version gets of the requests, beside what configuration gives it. */
export function VersionShares({
  versions,
  onSelect,
}: {
  versions: readonly GraphVersion[];
  onSelect: (id: string) => void;
}) {
  const configured = versions.some(({ wanted }) => wanted !== undefined);
  return (
    <Panel title="Versions" aside={configured ? "bar measured, tick configured" : "measured"}>
      {versions.map(({ id, version, share, wanted, canary, inbound, health }) => {
        const name = version ?? "no pod reached";
        const asked = wanted === undefined ? "" : `, configured ${formatSplit(wanted)}`;
        return (
          <div key={id} className="qd-version-row">
            <button type="button" className="qd-row-action" onClick={() => onSelect(id)}>
              {name}
            </button>
            <ShareBar
              measured={share}
              tone={version === null ? "fail" : canary ? "canary" : "stable"}
              label={`${name} gets ${formatSplit(share)}${asked}`}
              {...(wanted === undefined ? {} : { wanted })}
            />
            <span className="text-right">{formatSplit(share)}</span>
            <span className="text-right">
              {inbound.errorRatio ? (
                <Status
                  status={HEALTH_STATUS[health.state]}
                  label={formatErrorShare(inbound.errorRatio)}
                />
              ) : wanted === undefined ? null : (
                <span className="text-ink-2">of {formatSplit(wanted)}</span>
              )}
            </span>
          </div>
        );
      })}
    </Panel>
  );
}
