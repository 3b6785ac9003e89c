"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useSearchParams } from "next/navigation";
import { objectHref } from "@/components/layout/object-href";
import { useNamespaceScope, useScopedHref } from "@/components/layout/use-namespace-scope";
import { useTRPC } from "@/components/trpc/client";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { PageHeader } from "@/components/ui/page-header";
import { Skeleton } from "@/components/ui/skeleton";
import { StatusGlyph } from "@/components/ui/status-glyph";
import type { Finding } from "@/lib/analysis/finding";
import { isKindId } from "@/lib/istio/kinds";
import { NewConfig } from "./new-config";

const STATUS = { Error: "fail", Warning: "warn", Info: "info" } as const;

/** Configuration with no object open: what is wrong in the mesh, or the editor for a new object. */
export function ConfigHome() {
  const creating = useSearchParams().get("new");
  return creating === null ? <MeshFindings /> : <NewConfig kind={creating} />;
}

function MeshFindings() {
  const trpc = useTRPC();
  const scope = useNamespaceScope();
  const found = useQuery(
    trpc.config.findings.queryOptions(undefined, { meta: { live: ["mesh"] } }),
  );
  const findings = (found.data?.findings ?? []).filter(
    ({ namespace }) => scope.length === 0 || scope.includes(namespace),
  );
  return (
    <div className="min-h-0 min-w-0 flex-1 overflow-auto p-4">
      <PageHeader
        title="Configuration"
        lead="What is wrong with what is stored. Choose an object to edit it."
      />
      {found.isPending ? <Skeleton rows={6} label="Analysing the mesh" /> : null}
      {found.isError ? (
        <ErrorState error={found.error} onRetry={() => void found.refetch()} />
      ) : null}
      {found.data && findings.length === 0 ? (
        <EmptyState
          title={
            found.data.ready
              ? "Nothing is wrong with the configuration"
              : "The cluster is being read"
          }
        >
          {found.data.ready
            ? "Every rule was run on every object of this scope."
            : "Findings appear when it was listed once."}
        </EmptyState>
      ) : null}
      <ul className="m-0 list-none p-0">
        {findings.map((finding) => (
          <MeshFinding
            key={`${finding.rule}:${finding.kind}:${finding.namespace}/${finding.name}:${finding.path}:${finding.message}`}
            finding={finding}
          />
        ))}
      </ul>
    </div>
  );
}

function MeshFinding({ finding }: { finding: Finding }) {
  const scoped = useScopedHref();
  const { kind, namespace, name, level, message, path, code } = finding;
  const title = `${kind} ${[namespace, name].filter(Boolean).join("/")}`;
  return (
    <li className="qd-config-finding">
      <StatusGlyph status={STATUS[level]} label={level} />
      <span>
        {isKindId(kind) ? (
          <Link href={scoped(objectHref({ kind, namespace, name }))}>{title}</Link>
        ) : (
          title
        )}
        : {message}
      </span>
      <span className="qd-config-finding-path">
        {path.replace(/^spec\./, "")} · {code}
      </span>
    </li>
  );
}
