import type { KubeObject } from "@/lib/k8s/object";
import { specOf } from "@/lib/k8s/spec";
import type { PolicyTarget } from "./policy-target";

/** Which tokens of one issuer are good, where they are looked for, and what is made of them. */
export interface JwtRule {
  readonly issuer?: string;
  readonly audiences?: readonly string[];
  readonly jwksUri?: string;
  /** A JSON Web Key Set as text. */
  readonly jwks?: string;
  readonly fromHeaders?: readonly { readonly name?: string; readonly prefix?: string }[];
  readonly fromParams?: readonly string[];
  readonly fromCookies?: readonly string[];
  readonly outputPayloadToHeader?: string;
  readonly outputClaimToHeaders?: readonly { readonly header?: string; readonly claim?: string }[];
  readonly forwardOriginalToken?: boolean;
  readonly spaceDelimitedClaims?: readonly string[];
}

/** What a RequestAuthentication says. */
export interface RequestAuthenticationSpec extends PolicyTarget {
  readonly jwtRules?: readonly JwtRule[];
}

/** The `spec` of a RequestAuthentication. */
export const requestAuthenticationSpec = (object: KubeObject): RequestAuthenticationSpec =>
  specOf<RequestAuthenticationSpec>(object);
