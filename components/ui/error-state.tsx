"use client";

import type { ReactNode } from "react";
import { Button } from "./button";
import { ForbiddenState } from "./forbidden-state";
import { Message } from "./message";
import { StatusGlyph } from "./status-glyph";

/** What a failed request tells: its sentence, and what to do where the server knows. */
export interface ShownError {
  readonly message: string;
  readonly data?:
    | { readonly hint?: string | undefined; readonly appCode?: string | undefined }
    | null
    | undefined;
}

/** What happened, what to do, and another try. Other panels of the page go on. */
export function ErrorState({
  error,
  onRetry,
  title,
  children,
}: {
  error: ShownError;
  onRetry?: () => void;
  /** The fact in our words; the error's own sentence then stands below it. */
  title?: ReactNode;
  /** What still works. */
  children?: ReactNode;
}) {
  // An answer of ours says what kind it is; anything else never came from the server's own code.
  const answered = error.data !== undefined && error.data !== null;
  const hint = answered
    ? error.data?.hint
    : "Check that its process runs; this page asks again by itself when the connection is back.";
  const fact = answered ? error.message : "The server of Quarterdeck did not answer";
  if (error.data?.appCode === "forbidden") {
    return <ForbiddenState message={error.message} hint={hint} />;
  }
  return (
    <Message
      urgent
      glyph={<StatusGlyph status="fail" />}
      title={title ?? fact}
      action={onRetry ? <Button onClick={onRetry}>Try again</Button> : null}
    >
      {title ? <p>{fact}</p> : null}
      {hint ? <p>{hint}</p> : null}
      {children ? <p>{children}</p> : null}
    </Message>
  );
}
