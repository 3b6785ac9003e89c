import { createTRPCClient, httpLink, type TRPCClient } from "@trpc/client";
import superjson from "superjson";
import type { AppRouter } from "@/server/trpc/root";

/** The product's API with its types. */
export type Client = TRPCClient<AppRouter>;

/** The same API that the pages use. */
export const clientOf = (url: string): Client =>
  createTRPCClient<AppRouter>({
    links: [httpLink({ url: `${url}/api/trpc`, transformer: superjson, methodOverride: "POST" })],
  });

/** Keeps a stream open, as a page does: without one the product's refresh loops rest. */
export function openPage(url: string): () => void {
  const stop = new AbortController();
  const read = async () => {
    while (!stop.signal.aborted) {
      const response = await fetch(`${url}/api/trpc/live.events`, {
        signal: stop.signal,
        headers: { accept: "text/event-stream" },
      });
      const reader = response.body?.getReader();
      while (reader && !(await reader.read()).done);
    }
  };
  read().catch(() => undefined); // ended by `stop`, or by the product's own end
  return () => stop.abort();
}
