import type { ObjectRef } from "@/lib/istio/kinds";

/** The key of an object's draft. */
export const draftKey = ({ kind, namespace, name }: ObjectRef): string =>
  `${kind}/${namespace}/${name}`;

/** The key of the draft of a new object of a kind. */
export const newDraftKey = (kind: string): string => `new/${kind}`;
