import Link from "next/link";
import { fieldHref, objectHref } from "@/components/layout/object-href";
import { useScopedHref } from "@/components/layout/use-namespace-scope";
import { NO_DATA } from "@/components/ui/format";
import { KindTag } from "@/components/ui/kind-tag";
import { kindInfo, type ObjectRef } from "@/lib/istio/kinds";

/**
 * The Istio object that a resource was made from, and where it is known, the field of it that did:
 * the link leads to its line. A dash where no object is noted on the resource.
 */
export function ObjectLink({
  of,
  field,
}: {
  of: ObjectRef | undefined;
  field?: string | undefined;
}) {
  const scoped = useScopedHref();
  if (!of) return <span className="text-ink-3">{NO_DATA}</span>;
  const { tag, kind } = kindInfo(of.kind);
  return (
    <span className="inline-flex items-center gap-1 whitespace-nowrap">
      <KindTag tag={tag} kind={kind} />
      <Link href={scoped(field === undefined ? objectHref(of) : fieldHref(of, field))}>
        {of.namespace}/{of.name}
        {field === undefined ? null : (
          <span className="ml-1 font-mono text-xs">{field.replace(/^spec\./, "")}</span>
        )}
      </Link>
    </span>
  );
}
