/** What the guard looks at; header values are absent when not sent. */
export interface GuardedRequest {
  readonly method: string;
  readonly pathname: string;
  readonly host: string | null;
  readonly origin: string | null;
  readonly fetchSite: string | null;
  readonly contentType: string | null;
}

/** Why a request is not served. */
export interface Refusal {
  readonly status: 403 | 405 | 415 | 421;
  readonly message: string;
}

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);
const WILDCARD = new Set(["0.0.0.0", "::", "[::]"]);
/** What orchestrators ask by the address of the pod. */
const PROBES = new Set(["/healthz", "/readyz", "/metrics"]);

/**
 * Keeps foreign pages away from an API that needs no login on this machine: a host name that is
 * not ours (DNS rebinding), a request that another site's page made (CSRF), and the content types
 * that a form can send.
 *
 * `bound` is the address that the server listens on, `allowed` the names it is published under.
 */
export function refusalOf(
  request: GuardedRequest,
  { bound, allowed }: { readonly bound: string; readonly allowed: readonly string[] },
): Refusal | undefined {
  const probe = PROBES.has(request.pathname) && !LOOPBACK.has(bracketed(bound));
  if (!probe && !isOurs(hostName(request.host), { bound, allowed })) {
    return {
      status: 421,
      message: `This server is not ${request.host?.slice(0, 100) || "named"}: open it by the address it printed, or add the name to QUARTERDECK_ALLOWED_HOSTS`,
    };
  }
  if (!request.pathname.startsWith("/api/")) return undefined;
  if (request.origin !== null && !sameOrigin(request.origin, request.host)) {
    return { status: 403, message: "Requests from pages of other origins are not served" };
  }
  if (request.fetchSite !== null && !["same-origin", "none"].includes(request.fetchSite)) {
    return { status: 403, message: "Requests from pages of other sites are not served" };
  }
  if (request.method === "GET" || request.method === "HEAD") return undefined;
  if (request.method !== "POST") {
    return { status: 405, message: "Only GET and POST are served" };
  }
  const type = request.contentType?.split(";")[0]?.trim().toLowerCase();
  return type === "application/json"
    ? undefined
    : { status: 415, message: "Requests carry application/json" };
}

/** The name in a Host header, without port, final dot and upper case; empty for none. */
function hostName(host: string | null): string {
  const match = /^(\[[0-9a-f:.]+\]|[^:[\]/@\s]+)(:\d{1,5})?$/i.exec(host ?? "");
  return (match?.[1] ?? "").toLowerCase().replace(/\.$/, "");
}

function isOurs(
  name: string,
  { bound, allowed }: { readonly bound: string; readonly allowed: readonly string[] },
): boolean {
  const own = bracketed(bound);
  return (
    LOOPBACK.has(name) ||
    (name === own && !WILDCARD.has(own) && name !== "") ||
    allowed.includes(name)
  );
}

const bracketed = (host: string): string =>
  host.includes(":") && !host.startsWith("[") ? `[${host.toLowerCase()}]` : host.toLowerCase();

/** Scheme aside (a proxy may end TLS), an origin is ours when it names the host that was asked. */
function sameOrigin(origin: string, host: string | null): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, host: originHost } = new URL(origin);
  const asked = `${protocol}//${host ?? ""}`;
  return /^https?:$/.test(protocol) && URL.canParse(asked) && new URL(asked).host === originHost;
}
