import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { refuse } from "./status-error";

/** Who sends a request. */
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

/** What somebody wants to do. */
export interface Attempt {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

const ADMINS = "system:masters";
const AUTHENTICATED = "system:authenticated";

/** The one user that the sandbox knows. */
const ADMIN: User = { name: "quarterdeck-admin", groups: [ADMINS, AUTHENTICATED] };

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** Says who sent a request by its bearer token. @throws StatusError 401, 400 */
export function authenticate(request: IncomingMessage, token: string): User {
  const given =
    /^Bearer\s+(.+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? socketToken(request);
  if (given === undefined || !timingSafeEqual(digest(given), digest(token))) {
    throw refuse.unauthorized();
  }
  return impersonated(request) ?? ADMIN;
}

/** Browsers cannot set headers on a WebSocket: they name the token as a subprotocol. */
function socketToken({ headers }: IncomingMessage): string | undefined {
  const prefix = "base64url.bearer.authorization.k8s.io.";
  const protocol = headers["sec-websocket-protocol"]
    ?.split(",")
    .map((part) => part.trim())
    .find((part) => part.startsWith(prefix));
  return protocol && Buffer.from(protocol.slice(prefix.length), "base64url").toString();
}

function impersonated(request: IncomingMessage): User | undefined {
  const name = request.headers["impersonate-user"];
  const groups = request.headersDistinct["impersonate-group"] ?? [];
  if (!name) {
    if (groups.length > 0) {
      throw refuse.badRequest("requested impersonation without impersonating a user");
    }
    return undefined;
  }
  return { name: String(name), groups: [...groups, AUTHENTICATED] };
}

/** Members of `system:masters` may do anything, anybody else nothing: the sandbox holds no roles. */
export const isAllowed = (user: User): boolean => user.groups.includes(ADMINS);

/** @throws StatusError 403 */
export function authorize(user: User, attempt: Attempt): void {
  if (isAllowed(user)) return;
  const { verb, group, namespace, name } = attempt;
  const resource = attempt.subresource
    ? `${attempt.resource}/${attempt.subresource}`
    : attempt.resource;
  const title = `${group ? `${attempt.resource}.${group}` : attempt.resource}${name ? ` "${name}"` : ""}`;
  const where = namespace ? `in the namespace "${namespace}"` : "at the cluster scope";
  throw refuse.forbidden(
    `${title} is forbidden: User "${user.name}" cannot ${verb} resource "${resource}" in API group "${group}" ${where}`,
    { ...(name ? { name } : {}), ...(group ? { group } : {}), kind: attempt.resource },
  );
}
