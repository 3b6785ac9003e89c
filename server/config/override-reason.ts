import type { KubeObject } from "@/lib/k8s/object";

/** Holds why an object was written in spite of its errors. */
export const OVERRIDE_REASON = "quarterdeck.dev/override-reason";

/** Why the last write of an object went over its errors; undefined where it had none. */
export const overrideReason = ({ metadata }: KubeObject): string | undefined =>
  metadata.annotations?.[OVERRIDE_REASON];
