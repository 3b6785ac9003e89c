"use client";

import { CrashReport } from "@/components/layout/crash-report";

export default function ErrorPage({
  error,
  reset,
}: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  return <CrashReport error={error} onRetry={reset} />;
}
