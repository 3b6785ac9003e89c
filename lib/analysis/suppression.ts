import type { KubeObject } from "@/lib/k8s/object";
import type { Suppression } from "./finding";

const ISTIO = "galley.istio.io/analyze-suppress";
const KIALI = "kiali.io/ignore-validations";

/** How the object's owner switched a rule off, in istioctl's or Kiali's way; undefined if not. */
export function suppressionOf(
  { metadata }: KubeObject,
  { code, aliases }: { readonly code: string; readonly aliases: readonly string[] },
): Suppression | undefined {
  const annotations: Readonly<Record<string, unknown>> = metadata.annotations ?? {};
  const istio = annotations[ISTIO];
  if (typeof istio === "string" && covers(istio, [code, ...aliases])) return by(ISTIO);
  const kiali = annotations[KIALI];
  if (typeof kiali !== "string") return undefined;
  // Kiali takes an empty list for all.
  const all = kiali.trim() === "";
  return all || covers(kiali, [code, ...aliases]) ? by(KIALI) : undefined;
}

const by = (annotation: string): Suppression => ({
  by: annotation,
  reason: undefined,
  until: undefined,
});

const covers = (list: string, codes: readonly string[]): boolean =>
  list.split(",").some((entry) => entry.trim() === "*" || codes.includes(entry.trim()));
