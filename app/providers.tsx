"use client";

import { NuqsAdapter } from "nuqs/adapters/next/app";
import type { ReactNode } from "react";
import { ApiProvider } from "@/components/trpc/provider";
import { Toaster } from "@/components/ui/toast";

/** What every page needs around it in the browser. */
export function Providers({ liveSince, children }: { liveSince: string; children: ReactNode }) {
  return (
    <NuqsAdapter>
      <ApiProvider liveSince={liveSince}>{children}</ApiProvider>
      <Toaster />
    </NuqsAdapter>
  );
}
