import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { refuse } from "../status-error";
import { type AccountTokens, ISSUER } from "./account-tokens";
import { ANONYMOUS, AUTHENTICATED, MASTERS, type User } from "./user";

/** The user of the kubeconfig. */
const ADMIN: User = { name: "quarterdeck-admin", groups: [MASTERS, AUTHENTICATED] };

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** Says who holds a token: the administrator of the kubeconfig, or a ServiceAccount. */
export class Authenticator {
  private readonly admin: Buffer;

  constructor(
    adminToken: string,
    private readonly accounts: AccountTokens,
  ) {
    this.admin = digest(adminToken);
  }

  /** Who sends a request; anonymous without a token. @throws StatusError 401 for a token of nobody */
  authenticate(request: IncomingMessage): User {
    const given = bearerToken(request);
    if (given === undefined) return ANONYMOUS;
    const known = this.holderOf(given);
    if (!known) throw refuse.unauthorized();
    return known.user;
  }

  /** The holder of a token that is good for one of `audiences`, and for which of them. */
  holderOf(
    token: string,
    audiences: readonly string[] = [ISSUER],
  ): { user: User; audiences: readonly string[] } | undefined {
    if (timingSafeEqual(digest(token), this.admin)) {
      const common = audiences.filter((audience) => audience === ISSUER);
      return common.length > 0 ? { user: ADMIN, audiences: common } : undefined;
    }
    return this.accounts.verify(token, audiences);
  }
}

/** Browsers cannot set headers on a WebSocket: they name the token as a subprotocol. */
const SOCKET_PREFIX = "base64url.bearer.authorization.k8s.io.";

/** Undefined when the request has none; other schemes than Bearer count as none, as in Kubernetes. */
function bearerToken({ headers }: IncomingMessage): string | undefined {
  const bearer = /^Bearer +(\S+)$/i.exec((headers.authorization ?? "").trim())?.[1];
  if (bearer) return bearer;
  const protocol = headers["sec-websocket-protocol"]
    ?.split(",")
    .map((part) => part.trim())
    .find((part) => part.startsWith(SOCKET_PREFIX));
  return protocol && Buffer.from(protocol.slice(SOCKET_PREFIX.length), "base64url").toString();
}
