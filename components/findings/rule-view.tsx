"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useScopedHref } from "@/components/layout/use-namespace-scope";
import { useTRPC } from "@/components/trpc/client";
import { Badge } from "@/components/ui/badge";
import { ButtonLink } from "@/components/ui/button-link";
import { CodeBlock } from "@/components/ui/code-block";
import { ErrorState } from "@/components/ui/error-state";
import { KeyValues } from "@/components/ui/key-values";
import { PageHeader } from "@/components/ui/page-header";
import { Panel } from "@/components/ui/panel";
import { Skeleton } from "@/components/ui/skeleton";
import type { RulePage } from "@/server/config/rule-pages";
import { LEVEL_WORDS } from "./level-words";

/** The page that explains one rule, by its id or one of its codes. */
export function RuleView({ name }: { name: string }) {
  const trpc = useTRPC();
  const { data, error, refetch } = useQuery(
    trpc.findings.rule.queryOptions({ name }, { staleTime: Infinity }),
  );
  if (data) return <Explained rule={data} />;
  return (
    <div className="qd-findings-page">
      <PageHeader title={name} />
      {error ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <Skeleton label="Reading the rule" rows={8} />
      )}
    </div>
  );
}

function Explained({ rule }: { rule: RulePage }) {
  const scoped = useScopedHref();
  const words = LEVEL_WORDS[rule.level];
  const { code } = rule;
  return (
    <div className="qd-findings-page">
      <PageHeader
        title={rule.title}
        lead={<Badge status={words.status}>{words.one}</Badge>}
        actions={
          <ButtonLink
            variant="quiet"
            href={scoped(`/findings?rule=${encodeURIComponent(rule.id)}`)}
          >
            Its findings in this mesh
          </ButtonLink>
        }
      />
      <Panel title="What it does to traffic">
        <p className="qd-findings-prose">{rule.why}</p>
      </Panel>
      <Panel title="What to do">
        <p className="qd-findings-prose">{rule.fix}</p>
      </Panel>
      <div className="qd-findings-examples">
        <Panel title="Has the finding">
          <CodeBlock label="Example that has the finding" text={rule.examples.bad} />
        </Panel>
        <Panel title="Is clean">
          <CodeBlock label="Example that is clean" text={rule.examples.good} />
        </Panel>
        {rule.examples.otherCluster !== undefined && (
          <Panel title="In another cluster">
            <CodeBlock label="What the other cluster holds" text={rule.examples.otherCluster} />
          </Panel>
        )}
      </div>
      <Panel title="About the rule">
        <KeyValues
          entries={[
            ["Id", <code key="id">{rule.id}</code>],
            ["Codes", [rule.code, ...rule.aliases].join(", ")],
            ["Looks at", rule.kinds.join(", ")],
            ["Looks up", rule.reads.length > 0 ? rule.reads.join(", ") : "nothing else"],
            [
              "Explained elsewhere",
              rule.docs.length > 0 ? (
                <span className="inline-flex flex-wrap gap-2">
                  {rule.docs.map((doc) => (
                    <a key={doc.code} href={doc.href} target="_blank" rel="noreferrer">
                      {doc.code}
                    </a>
                  ))}
                </span>
              ) : undefined,
            ],
          ]}
        />
      </Panel>
      <Panel title="Switch it off">
        <p className="qd-findings-prose">
          For one object, with an annotation that istioctl reads too:{" "}
          <code>galley.istio.io/analyze-suppress: {code}</code>. On the command line, for objects by
          name: <code>{`--suppress '${code}=VirtualService reviews.*'`}</code>.
        </p>
      </Panel>
      <p className="mt-4">
        <Link href={scoped("/findings/rules")}>All rules</Link>
      </p>
    </div>
  );
}
