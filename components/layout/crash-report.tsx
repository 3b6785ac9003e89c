"use client";

import { Button } from "@/components/ui/button";
import { CodeBlock } from "@/components/ui/code-block";
import { CopyButton } from "@/components/ui/copy-button";
import { Message } from "@/components/ui/message";
import { PageHeader } from "@/components/ui/page-header";
import { StatusGlyph } from "@/components/ui/status-glyph";

/** A page of ours broke: what still stands, and what to send to whoever mends it. */
export function CrashReport({
  error,
  onRetry,
}: {
  error: Error & { digest?: string };
  onRetry: () => void;
}) {
  const facts = [error.message, error.digest ? `digest ${error.digest}` : ""]
    .filter((line) => line !== "")
    .join("\n");
  return (
    <>
      <PageHeader title="This page broke" />
      <Message
        urgent
        glyph={<StatusGlyph status="fail" />}
        title="A fault in Quarterdeck stopped this page; the mesh is not touched by it"
        action={
          <>
            <Button variant="primary" onClick={onRetry}>
              Load the page again
            </Button>
            <CopyButton text={facts} label="Copy the error" />
          </>
        }
      >
        <p>The other pages go on. If it happens again, report it with the text below.</p>
      </Message>
      <div className="mt-3 max-w-180">
        <CodeBlock label="Error" text={facts} />
      </div>
    </>
  );
}
