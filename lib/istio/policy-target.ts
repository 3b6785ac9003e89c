/** The object that a policy is attached to, in the policy's namespace. */
interface PolicyTargetRef {
  readonly group?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
}

/** How policies choose workloads: by labels, or by the gateway or service that they name. */
export interface PolicyTarget {
  readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
  readonly targetRef?: PolicyTargetRef;
  readonly targetRefs?: readonly PolicyTargetRef[];
}
