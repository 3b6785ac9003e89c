import { QueryClient } from "@tanstack/react-query";
import { TRPCClientError } from "@trpc/client";
import type { AppRouter } from "@/server/trpc/root";
import "./live-topic";

const FRESH_MS = 5_000;
const MAX_RETRIES = 2;

/**
 * The cache of one tab. Queries with `meta.live` are fresh until the server says otherwise;
 * nothing is asked again because a window got the focus.
 */
export const queryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: (query) => (query.meta?.live ? Infinity : FRESH_MS),
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        // The server may run on this machine, where no network is needed.
        networkMode: "always",
        retry: (failures, error) => failures < MAX_RETRIES && mayPass(error),
      },
      mutations: { retry: false, networkMode: "always" },
    },
  });

/** Whether the same question may be answered next time: not where the request itself is at fault. */
function mayPass(error: unknown): boolean {
  if (!(error instanceof TRPCClientError)) return false;
  const status = (error as TRPCClientError<AppRouter>).data?.httpStatus;
  return status === undefined || status === 503 || status === 504;
}
