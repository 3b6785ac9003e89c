"use client";

import Link from "next/link";
import { fieldHref } from "@/components/layout/object-href";
import { useScopedHref } from "@/components/layout/use-namespace-scope";
import { StatusGlyph } from "@/components/ui/status-glyph";
import type { Finding } from "@/lib/analysis/finding";
import { isKindId } from "@/lib/istio/kinds";

const STATUS = { Error: "fail", Warning: "warn", Info: "info" } as const;

/** What the draft would break in other objects. */
export function ElsewhereFindings({ findings }: { findings: readonly Finding[] }) {
  const scoped = useScopedHref();
  if (findings.length === 0) return null;
  return (
    <>
      <h3 className="mt-2! text-sm!">With this draft, elsewhere</h3>
      <ul className="m-0 list-none p-0">
        {findings.map((finding) => {
          const { kind, namespace, name, level, message, code, path } = finding;
          const title = `${kind} ${namespace}/${name}`;
          return (
            <li key={`${title}:${path}:${message}`} className="qd-config-finding">
              <StatusGlyph status={STATUS[level]} label={level} />
              <span>
                {isKindId(kind) ? (
                  <Link href={scoped(fieldHref({ kind, namespace, name }, path))}>{title}</Link>
                ) : (
                  title
                )}
                : {message}
              </span>
              <span className="qd-config-finding-path">{code}</span>
            </li>
          );
        })}
      </ul>
    </>
  );
}
