"use client";

import Link from "next/link";
import { changeHref } from "@/components/layout/object-href";
import { useScopedHref } from "@/components/layout/use-namespace-scope";
import { ChangeSteps } from "@/components/proxies/change-steps";
import { Age } from "@/components/ui/age";
import { Panel } from "@/components/ui/panel";
import type { Apply } from "./use-apply";

/** How far the last write of this page has come: stored, pushed by istiod, taken by proxies. */
export function LastApplyPanel({ apply: { result } }: { apply: Apply }) {
  const scoped = useScopedHref();
  if (result?.type !== "applied") return null;
  return (
    <Panel title="Last apply" aside={<Age at={result.at} />}>
      <p className="sr-only" role="status">
        Written as resourceVersion {result.resourceVersion}
      </p>
      <ChangeSteps
        of={result.ref}
        at={result.at}
        written={`resourceVersion ${result.resourceVersion}`}
      />
      <p className="qd-note">
        <Link href={scoped(changeHref(result.ref, result.at))}>Follow it among the proxies</Link>
      </p>
      {result.warnings.map((warning) => (
        <p key={warning} className="qd-note">
          <code>{warning}</code>
        </p>
      ))}
    </Panel>
  );
}
