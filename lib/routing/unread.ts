import type { Endpoint } from "@/lib/mesh/endpoints";
import type { Forward } from "./decision";
import type { MeshRequest } from "./request";
import { retryPolicy } from "./retry-policy";

const NEVER_RETRIED = retryPolicy({ attempts: 0 }, undefined);

/** Sends a connection on as it is, without a look into it. */
export const unread = (
  request: MeshRequest,
  endpoints: readonly Endpoint[],
): Omit<Forward, "connect"> => ({
  type: "forward",
  protocol: "tcp",
  endpoints,
  authority: request.authority,
  originalHost: request.authority,
  path: request.path,
  rewrites: false,
  requestHeaders: {},
  responseHeaders: [],
  timeoutMs: undefined,
  retry: NEVER_RETRIED,
  mirrors: [],
  hashed: undefined,
});
