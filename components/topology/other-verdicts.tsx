import { HEALTH_STATUS } from "@/components/graph/plate-views";
import { Status } from "@/components/ui/status";
import type { Health } from "@/lib/graph/mesh-graph";

/** What else is not well, below the worst of it. */
export function OtherVerdicts({ health }: { health: Health }) {
  if (!health.others) return null;
  return (
    <ul className="mt-2 grid gap-1" aria-label="What else is not well">
      {health.others.map(({ state, rule, text }) => (
        <li key={`${rule} ${text}`}>
          <Status status={HEALTH_STATUS[state]} label={text} />
        </li>
      ))}
    </ul>
  );
}
