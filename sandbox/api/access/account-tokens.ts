import { createHash, generateKeyPairSync, randomUUID, sign, verify } from "node:crypto";
import { isRecord, type JsonRecord } from "@/lib/k8s/json-value";
import type { SimulationClock } from "@/sandbox/contracts";
import type { Storage } from "../storage";
import { accountGroups, accountUserName, AUTHENTICATED, type User } from "./user";

/** Who signs the tokens of ServiceAccounts, and for whom by default. */
export const ISSUER = "https://kubernetes.default.svc";

/** An object whose deletion ends a token. */
export interface BoundObject {
  readonly kind: "Pod" | "Secret";
  readonly name: string;
  readonly uid: string;
}

/** A token to be issued. Times are in seconds. */
export interface TokenSpec {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly audiences: readonly string[];
  readonly lifetimeS: number;
  readonly bound: BoundObject | undefined;
}

const BOUND_KEYS = { Pod: "pods", Secret: "secrets" } as const;
const VERIFIED_KEPT = 1000;

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const decode = (text: string): JsonRecord | undefined => {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, "base64url").toString());
    return isRecord(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};
const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];

/** Issues and verifies tokens of ServiceAccounts: JSON Web Tokens, signed with a key of this process. */
export class AccountTokens {
  private readonly keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  private readonly keyId = createHash("sha256")
    .update(this.keys.publicKey.export({ type: "spki", format: "der" }))
    .digest("base64url");
  /** Claims of tokens whose signature was found right. */
  private readonly verified = new Map<string, JsonRecord>();

  constructor(
    private readonly storage: Storage,
    private readonly clock: SimulationClock,
  ) {}

  /** A new token and its end, in ms since the epoch. */
  issue({ namespace, name, uid, audiences, lifetimeS, bound }: TokenSpec): {
    token: string;
    expires: number;
  } {
    const now = Math.floor(this.clock.now() / 1000);
    const claims = {
      aud: audiences,
      exp: now + lifetimeS,
      iat: now,
      iss: ISSUER,
      jti: randomUUID(),
      "kubernetes.io": {
        namespace,
        ...(bound ? { [bound.kind.toLowerCase()]: { name: bound.name, uid: bound.uid } } : {}),
        serviceaccount: { name, uid },
      },
      nbf: now,
      sub: accountUserName(namespace, name),
    };
    const text = `${encode({ alg: "ES256", kid: this.keyId })}.${encode(claims)}`;
    const key = { key: this.keys.privateKey, dsaEncoding: "ieee-p1363" } as const;
    const signature = sign("sha256", Buffer.from(text), key).toString("base64url");
    return { token: `${text}.${signature}`, expires: (now + lifetimeS) * 1000 };
  }

  /** Who holds the token, if it is of this server, for one of `audiences`, and still good. */
  verify(
    token: string,
    audiences: readonly string[] = [ISSUER],
  ): { user: User; audiences: readonly string[] } | undefined {
    const claims = this.verified.get(token) ?? this.claimsOf(token);
    if (!claims) return undefined;
    const now = this.clock.now() / 1000;
    if (!(Number(claims.nbf) <= now + 1 && now < Number(claims.exp))) return undefined;
    const common = texts(claims.aud).filter((audience) => audiences.includes(audience));
    const user = common.length > 0 ? this.userOf(claims) : undefined;
    return user && { user, audiences: common };
  }

  private claimsOf(token: string): JsonRecord | undefined {
    const [head = "", body = "", signature = "", ...rest] = token.split(".");
    if (rest.length > 0 || decode(head)?.kid !== this.keyId) return undefined;
    const key = { key: this.keys.publicKey, dsaEncoding: "ieee-p1363" } as const;
    const right = verify(
      "sha256",
      Buffer.from(`${head}.${body}`),
      key,
      Buffer.from(signature, "base64url"),
    );
    const claims = right ? decode(body) : undefined;
    if (claims) {
      if (this.verified.size >= VERIFIED_KEPT) this.verified.clear();
      this.verified.set(token, claims);
    }
    return claims;
  }

  /** The account, unless it or what its token is bound to is gone or another one by now. */
  private userOf(claims: JsonRecord): User | undefined {
    const about = isRecord(claims["kubernetes.io"]) ? claims["kubernetes.io"] : {};
    const namespace = String(about.namespace);
    const lives = (key: string, claim: unknown): boolean =>
      isRecord(claim) &&
      this.storage.get(key, namespace, String(claim.name))?.metadata.uid === claim.uid;
    if (!lives("serviceaccounts", about.serviceaccount)) return undefined;
    for (const kind of ["Pod", "Secret"] as const) {
      const claim = about[kind.toLowerCase()];
      if (claim !== undefined && !lives(BOUND_KEYS[kind], claim)) return undefined;
    }
    const { name, uid } = about.serviceaccount as { name: string; uid: string };
    const pod = isRecord(about.pod) ? about.pod : undefined;
    return {
      name: accountUserName(namespace, name),
      uid,
      groups: [...accountGroups(namespace), AUTHENTICATED],
      extra: {
        "authentication.kubernetes.io/credential-id": [`JTI=${String(claims.jti)}`],
        ...(pod
          ? {
              "authentication.kubernetes.io/pod-name": [String(pod.name)],
              "authentication.kubernetes.io/pod-uid": [String(pod.uid)],
            }
          : {}),
      },
    };
  }
}
