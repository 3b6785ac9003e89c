import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { runtime } from "../container";
import { createContext } from "../trpc/context";
import { appRouter } from "../trpc/root";
import { errorResponse } from "./error-response";

/** The largest object that an API server takes is about 1.5 MB; edits carry it twice. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;
const MAX_BATCH = 20;

/** Answers one request of a page: queries, mutations, and the live stream. */
export async function handleTrpc(request: Request): Promise<Response> {
  const length = request.headers.get("content-length");
  if (request.method === "POST" && length === null) {
    return errorResponse(411, { code: "invalid", message: "Requests tell their length" });
  }
  const size = Number(length ?? "0");
  if (size > MAX_BODY_BYTES) {
    return errorResponse(413, {
      code: "invalid",
      message: `The request is larger than ${MAX_BODY_BYTES} bytes`,
    });
  }
  const running = runtime();
  const response = await fetchRequestHandler({
    endpoint: "/api/trpc",
    req: request,
    router: appRouter,
    allowMethodOverride: true,
    maxBatchSize: MAX_BATCH,
    createContext: () => createContext(running),
  });
  // tRPC's own value on streams keeps proxies from changing or holding them back.
  if (!response.headers.has("cache-control")) response.headers.set("cache-control", "no-store");
  response.headers.set("x-accel-buffering", "no");
  return response;
}
