"use client";

import Link from "next/link";
import { objectHref } from "@/components/layout/object-href";
import { useScopedHref } from "@/components/layout/use-namespace-scope";
import { KindTag } from "@/components/ui/kind-tag";
import { isKindId, kindInfo } from "@/lib/istio/kinds";

/** Drafts that no stored object stands for: new ones, and those whose object went away. */
export function LooseDrafts({
  keys,
  stored,
}: {
  keys: Iterable<string>;
  stored: ReadonlySet<string>;
}) {
  const scoped = useScopedHref();
  const loose = [...keys].filter((key) => !stored.has(key)).flatMap((key) => looseDraft(key) ?? []);
  if (loose.length === 0) return null;
  return (
    <nav aria-label="Drafts that are not stored">
      <h2 className="qd-config-namespace">Drafts that are not stored</h2>
      {loose.map(({ kind, name, path }) => (
        <Link key={path} className="qd-config-row" href={scoped(path)}>
          <KindTag tag={kindInfo(kind).tag} kind={kindInfo(kind).kind} />
          <span className="truncate">{name}</span>
          <span className="ml-auto text-2xs text-ink-2">draft</span>
        </Link>
      ))}
    </nav>
  );
}

function looseDraft(key: string) {
  const [first = "", namespace = "", name = ""] = key.split("/");
  if (first === "new" && isKindId(namespace)) {
    return { kind: namespace, name: "new", path: `/config?new=${namespace}` };
  }
  if (!isKindId(first) || name === "") return undefined;
  return {
    kind: first,
    name: `${namespace}/${name}`,
    path: objectHref({ kind: first, namespace, name }),
  };
}
