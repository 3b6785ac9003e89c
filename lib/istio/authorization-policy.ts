import type { PolicyTarget } from "./policy-target";
import type { KubeObject } from "@/lib/k8s/object";
import { specOf } from "@/lib/k8s/spec";

/** Who asks; the values of a list are alternatives, the lists hold together. */
interface AuthorizationSource {
  readonly principals?: readonly string[];
  readonly notPrincipals?: readonly string[];
  readonly requestPrincipals?: readonly string[];
  readonly notRequestPrincipals?: readonly string[];
  readonly namespaces?: readonly string[];
  readonly notNamespaces?: readonly string[];
  readonly serviceAccounts?: readonly string[];
  readonly notServiceAccounts?: readonly string[];
  readonly trustDomains?: readonly string[];
  readonly notTrustDomains?: readonly string[];
  readonly ipBlocks?: readonly string[];
  readonly notIpBlocks?: readonly string[];
  readonly remoteIpBlocks?: readonly string[];
  readonly notRemoteIpBlocks?: readonly string[];
}

/** What is asked for. */
interface AuthorizationOperation {
  readonly hosts?: readonly string[];
  readonly notHosts?: readonly string[];
  readonly ports?: readonly string[];
  readonly notPorts?: readonly string[];
  readonly methods?: readonly string[];
  readonly notMethods?: readonly string[];
  readonly paths?: readonly string[];
  readonly notPaths?: readonly string[];
}

/** A further condition, such as a header or a claim. */
interface AuthorizationCondition {
  readonly key?: string;
  readonly values?: readonly string[];
  readonly notValues?: readonly string[];
}

/** One rule: any of `from`, any of `to`, and all of `when`. */
interface AuthorizationRule {
  readonly from?: readonly { readonly source?: AuthorizationSource }[];
  readonly to?: readonly { readonly operation?: AuthorizationOperation }[];
  readonly when?: readonly AuthorizationCondition[];
}

/** What an AuthorizationPolicy says. */
export interface AuthorizationPolicySpec extends PolicyTarget {
  /** `ALLOW` (where absent), `DENY`, `AUDIT` or `CUSTOM`. */
  readonly action?: string;
  readonly provider?: { readonly name?: string };
  readonly rules?: readonly AuthorizationRule[];
}

/** The `spec` of an AuthorizationPolicy. */
export const authorizationPolicySpec = (object: KubeObject): AuthorizationPolicySpec =>
  specOf<AuthorizationPolicySpec>(object);
