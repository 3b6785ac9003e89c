"use client";

import { QueryClientProvider } from "@tanstack/react-query";
import {
  createTRPCClient,
  httpBatchStreamLink,
  httpSubscriptionLink,
  splitLink,
} from "@trpc/client";
import { type ReactNode, useState } from "react";
import superjson from "superjson";
import type { AppRouter } from "@/server/trpc/root";
import { TRPCProvider } from "./client";
import { LiveProvider } from "./live-provider";
import { queryClient } from "./query-client";

const URL = "/api/trpc";
/** The server refuses larger batches. */
const MAX_BATCH = 20;

const apiClient = () =>
  createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === "subscription",
        true: httpSubscriptionLink({ url: URL, transformer: superjson }),
        false: httpBatchStreamLink({
          url: URL,
          transformer: superjson,
          maxItems: MAX_BATCH,
          // Inputs stay out of URLs, logs and browser histories.
          methodOverride: "POST",
        }),
      }),
    ],
  });

/** The API client, its cache, and the live stream: around everything that asks the server. */
export function ApiProvider({ liveSince, children }: { liveSince: string; children: ReactNode }) {
  const [cache] = useState(queryClient);
  const [client] = useState(apiClient);
  return (
    <QueryClientProvider client={cache}>
      <TRPCProvider trpcClient={client} queryClient={cache}>
        <LiveProvider since={liveSince}>{children}</LiveProvider>
      </TRPCProvider>
    </QueryClientProvider>
  );
}
