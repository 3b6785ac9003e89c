import type { KubeObject } from "@/lib/k8s/object";
import type { Finding } from "./finding";

const ISTIO = "galley.istio.io/analyze-suppress";
const KIALI = "kiali.io/ignore-validations";

/** Whether the object's owner has switched this finding off, in istioctl's or Kiali's way. */
export function isSuppressed(object: KubeObject, { code, aliases }: Finding): boolean {
  const annotations: Readonly<Record<string, unknown>> = object.metadata.annotations ?? {};
  const istio = annotations[ISTIO];
  if (typeof istio === "string" && covers(istio, [code, ...aliases])) return true;
  const kiali = annotations[KIALI];
  if (typeof kiali !== "string") return false;
  // Kiali takes an empty list for all.
  return kiali.trim() === "" || covers(kiali, [code, ...aliases]);
}

const covers = (list: string, codes: readonly string[]): boolean =>
  list.split(",").some((entry) => entry.trim() === "*" || codes.includes(entry.trim()));
