"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { fieldHref, objectHref } from "@/components/layout/object-href";
import { useScopedHref } from "@/components/layout/use-namespace-scope";
import { useTRPC } from "@/components/trpc/client";
import { Age } from "@/components/ui/age";
import { Badge } from "@/components/ui/badge";
import { ButtonLink } from "@/components/ui/button-link";
import { CodeBlock } from "@/components/ui/code-block";
import { CopyButton } from "@/components/ui/copy-button";
import { ErrorState } from "@/components/ui/error-state";
import { KeyValues } from "@/components/ui/key-values";
import { Panel } from "@/components/ui/panel";
import { SidePanel } from "@/components/ui/side-panel";
import { Skeleton } from "@/components/ui/skeleton";
import { VerdictBlock } from "@/components/ui/verdict-block";
import type { FindingRow } from "@/server/config/finding-list";
import { objectName } from "./arrange-findings";
import { FindingSince } from "./finding-since";
import { LEVEL_WORDS } from "./level-words";
import { suppressCommand } from "./suppress-command";

/** One finding: the fact, where it is mended, why it matters, what else has part in it. */
export function FindingPanel({ finding, onClose }: { finding: FindingRow; onClose: () => void }) {
  const scoped = useScopedHref();
  const words = LEVEL_WORDS[finding.level];
  const { ref, path } = finding;
  return (
    <SidePanel
      title={<span className="font-mono text-md">{objectName(finding)}</span>}
      over={
        <>
          {finding.kind}
          <Badge status={words.status}>{words.one}</Badge>
        </>
      }
      lead={
        <span className="text-xs">
          {finding.since.orEarlier ? "since " : "for "}
          <FindingSince since={finding.since} />
          {finding.written === undefined ? null : (
            <>
              {" · "}object last written <Age at={finding.written} />
            </>
          )}
        </span>
      }
      onClose={onClose}
    >
      <VerdictBlock status={words.status} title={finding.message}>
        {path ? <code className="font-mono text-xs break-all">{path}</code> : null}
      </VerdictBlock>
      {ref ? (
        <div className="flex flex-wrap gap-2">
          <ButtonLink variant="primary" href={scoped(fieldHref(ref, path))}>
            Open {finding.kind} {finding.name}
          </ButtonLink>
        </div>
      ) : null}
      <RuleWords finding={finding} />
      {finding.related.length > 0 ? (
        <Panel title="Has part in it">
          <ul className="m-0 grid list-none gap-1.5 p-0">
            {finding.related.map((other) => (
              <li key={`${other.kind}/${other.namespace}/${other.name}/${other.message}`}>
                <Link href={scoped(objectHref(other))}>
                  {other.kind} {objectName(other)}
                </Link>
                : {other.message}
              </li>
            ))}
          </ul>
        </Panel>
      ) : null}
      {finding.overrideReason === undefined ? null : (
        <Panel title="Written in spite of errors">
          <KeyValues entries={[["Reason", finding.overrideReason]]} />
        </Panel>
      )}
      {finding.suppressed ? (
        <Panel title="Does not count">
          <KeyValues
            entries={[
              ["Reason", finding.suppressed.reason ?? "none given"],
              ["Until", finding.suppressed.until ?? "without end"],
              ["By", finding.suppressed.by],
            ]}
          />
        </Panel>
      ) : (
        <Panel title="Accept it">
          <p className="qd-note mt-0">
            A finding that is meant to be is switched off on its object, for istioctl too:
          </p>
          <CodeBlock label="Command that suppresses the finding" text={suppressCommand(finding)} />
          <CopyButton text={suppressCommand(finding)} label="Copy as kubectl" />
        </Panel>
      )}
    </SidePanel>
  );
}

function RuleWords({ finding }: { finding: FindingRow }) {
  const trpc = useTRPC();
  const scoped = useScopedHref();
  const { data, error, refetch } = useQuery(
    trpc.findings.rule.queryOptions({ name: finding.rule }, { staleTime: Infinity }),
  );
  return (
    <Panel
      title="Rule"
      aside={<Link href={scoped(`/findings/rules/${finding.rule}`)}>Read it whole</Link>}
    >
      {data ? (
        <KeyValues
          entries={[
            ["Rule", data.title],
            ["Why", data.why],
            ["What to do", data.fix],
            ["Codes", [data.code, ...data.aliases].join(", ")],
          ]}
        />
      ) : error ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <Skeleton label="Reading the rule" rows={3} />
      )}
    </Panel>
  );
}
