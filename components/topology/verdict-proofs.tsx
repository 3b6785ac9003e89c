import type { ReactNode } from "react";
import { HEALTH_STATUS } from "@/components/graph/plate-views";
import { CodeBlock } from "@/components/ui/code-block";
import { CopyButton } from "@/components/ui/copy-button";
import { Panel } from "@/components/ui/panel";
import { Status } from "@/components/ui/status";
import type { Health, HealthRule, HealthState } from "@/lib/graph/mesh-graph";
import { proofOf, type ProofSubject } from "@/lib/graph/verdict-proof";

const TITLE: Readonly<Record<HealthState, string>> = {
  failing: "Why is it red",
  degraded: "Why is it amber",
  healthy: "Why is it healthy",
  idle: "Why is it idle",
  unknown: "Why is it unknown",
};

/** Each verdict with its rule, its window, and what to run to see the same; the worst one open. */
export function VerdictProofs({
  health,
  subject,
  evidence = {},
}: {
  health: Health;
  subject: ProofSubject;
  /** By rule: more evidence, such as a table. */
  evidence?: Partial<Record<HealthRule, ReactNode>>;
}) {
  const { others = [], ...worst } = health;
  return (
    <Panel title={TITLE[health.state]}>
      {[worst, ...others].map((verdict, index) => (
        <Verdict key={`${verdict.rule} ${index}`} first={index === 0} {...{ verdict, subject }}>
          {evidence[verdict.rule]}
        </Verdict>
      ))}
    </Panel>
  );
}

function Verdict({
  verdict: { state, rule, text },
  first,
  subject,
  children,
}: {
  verdict: Health;
  first: boolean;
  subject: ProofSubject;
  children: ReactNode;
}) {
  const proof = proofOf(rule, subject);
  return (
    <details className="qd-proof" open={first}>
      <summary>
        <Status status={HEALTH_STATUS[state]} label={text} />
      </summary>
      <dl>
        <dt>Rule</dt>
        <dd>{proof.rule}</dd>
        {proof.window === undefined ? null : (
          <>
            <dt>Window</dt>
            <dd>{proof.window}</dd>
          </>
        )}
      </dl>
      {children}
      {proof.sources.map(({ tool, about, text: command }) => (
        <div key={command} className="mt-2 grid gap-1">
          <CodeBlock text={command} label={`${tool} of ${about}`} />
          <div className="flex">
            <CopyButton text={command} label={`Copy ${tool} of ${about}`} />
          </div>
        </div>
      ))}
    </details>
  );
}
