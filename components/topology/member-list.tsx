import { HEALTH_STATUS, STATE_WORD } from "@/components/graph/plate-views";
import { Panel } from "@/components/ui/panel";
import { Status } from "@/components/ui/status";
import type { BoxContents } from "@/lib/graph/box-contents";
import { formatErrorShare, formatRate } from "@/lib/graph/format";

/** Boxes shown of what gathers many. */
const MOST_BOXES = 60;

/** Who stands in a box, worst first, each a button that draws it; or which boxes, each to open. */
export function MemberList({
  contents,
  onSelect,
  onOpen,
}: {
  contents: BoxContents;
  onSelect: (id: string) => void;
  onOpen: (box: string) => void;
}) {
  const { members, memberCount, boxes } = contents;
  const named = new Map<string, number>();
  for (const { name } of members) named.set(name, (named.get(name) ?? 0) + 1);
  return (
    <>
      {boxes.length > 1 ? (
        <Panel title="Boxes" aside={more(Math.min(boxes.length, MOST_BOXES), boxes.length)}>
          <ul>
            {boxes.slice(0, MOST_BOXES).map(({ name, services, state }) => (
              <li key={name} className="flex items-baseline gap-2">
                <button type="button" className="qd-row-action" onClick={() => onOpen(name)}>
                  Open {name}
                </button>
                <span className="ml-auto text-xs text-ink-2">
                  {services === 1 ? "1 service" : `${services} services`}
                </span>
                <Status status={HEALTH_STATUS[state]} label={STATE_WORD[state]} />
              </li>
            ))}
          </ul>
        </Panel>
      ) : null}
      <Panel title="Services" aside={more(members.length, memberCount)}>
        <ul>
          {members.map(({ id, name, health, requestsPerSecond, errorRatio }) => (
            <li key={id} className="flex flex-wrap items-baseline gap-x-2">
              <button type="button" className="qd-row-action" onClick={() => onSelect(id)}>
                {named.get(name) === 1 ? name : id}
              </button>
              <span className="ml-auto text-xs text-ink-2">
                {requestsPerSecond === null ? "" : `${formatRate(requestsPerSecond)}/s`}
                {errorRatio ? ` · ${formatErrorShare(errorRatio)}` : ""}
              </span>
              <span title={health.text}>
                <Status status={HEALTH_STATUS[health.state]} label={STATE_WORD[health.state]} />
              </span>
            </li>
          ))}
        </ul>
      </Panel>
    </>
  );
}

const more = (shown: number, all: number) =>
  shown < all ? `${shown} of ${all}, worst first` : `${all}, worst first`;
