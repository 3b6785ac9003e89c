import Link from "next/link";
import { objectHref } from "@/components/layout/object-href";
import { useScopedHref } from "@/components/layout/use-namespace-scope";
import { NO_DATA } from "@/components/ui/format";
import { KindTag } from "@/components/ui/kind-tag";
import { kindInfo, type ObjectRef } from "@/lib/istio/kinds";

/** The Istio object that a resource was made from; a dash where none is noted on it. */
export function ObjectLink({ of }: { of: ObjectRef | undefined }) {
  const scoped = useScopedHref();
  if (!of) return <span className="text-ink-3">{NO_DATA}</span>;
  const { tag, kind } = kindInfo(of.kind);
  return (
    <span className="inline-flex items-center gap-1 whitespace-nowrap">
      <KindTag tag={tag} kind={kind} />
      <Link href={scoped(objectHref(of))}>
        {of.namespace}/{of.name}
      </Link>
    </span>
  );
}
