import { randomBytes } from "node:crypto";
import { type NextRequest, NextResponse } from "next/server";
import { readEnvironment } from "./server/env";
import { errorResponse } from "./server/http/error-response";
import { refusalOf } from "./server/http/request-guard";
import { securityHeaders } from "./server/http/security-headers";

export const config = {
  // Built files hold nothing of the cluster, and their names change with their content.
  matcher: ["/((?!_next/static|_next/image).*)"],
};

/** Runs before every page and route: who may ask, and what browsers may do with the answer. */
export function proxy(request: NextRequest): Response {
  const { host, allowedHosts, development } = readEnvironment();
  const refusal = refusalOf(
    {
      method: request.method,
      pathname: request.nextUrl.pathname,
      host: request.headers.get("host"),
      origin: request.headers.get("origin"),
      fetchSite: request.headers.get("sec-fetch-site"),
      contentType: request.headers.get("content-type"),
    },
    { bound: host, allowed: allowedHosts },
  );
  if (refusal) {
    return errorResponse(refusal.status, { code: "forbidden", message: refusal.message });
  }
  const added = securityHeaders(randomBytes(16).toString("base64"), development);
  const headers = new Headers(request.headers);
  // Next takes the nonce of its own scripts from here.
  headers.set("content-security-policy", added["content-security-policy"] ?? "");
  const response = NextResponse.next({ request: { headers } });
  for (const [name, value] of Object.entries(added)) response.headers.set(name, value);
  return response;
}
