import Link from "next/link";
import { objectHref } from "@/components/layout/object-href";
import { useScopedHref } from "@/components/layout/use-namespace-scope";
import { KindTag } from "@/components/ui/kind-tag";
import { Panel } from "@/components/ui/panel";
import { kindInfo } from "@/lib/istio/kinds";
import type { DetailQuery } from "./panel-detail";

/** The objects that decide where requests go and how, each a link to its editor. */
export function DecidedByList({ detail }: { detail: DetailQuery }) {
  const scoped = useScopedHref();
  const decisions = detail.data?.decidedBy ?? [];
  if (detail.data === undefined || detail.data === null) return null;
  return (
    <Panel title="Decided by">
      {decisions.length === 0 ? (
        <p className="text-ink-2">No Istio object names it: Istio’s defaults hold.</p>
      ) : (
        <ul className="qd-decided">
          {decisions.map(({ ref, detail: part }) => (
            <li key={`${ref.kind} ${ref.namespace}/${ref.name} ${part}`}>
              <KindTag tag={kindInfo(ref.kind).tag} kind={kindInfo(ref.kind).kind} />
              <Link href={scoped(objectHref(ref))}>
                {ref.namespace}/{ref.name}
              </Link>
              <span className="text-ink-2">{part}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
