import { isKindId, kindInfo } from "@/lib/istio/kinds";
import type { FindingRow } from "@/server/config/finding-list";

/** The command that switches a finding off on its object, as istioctl understands it. */
export function suppressCommand({
  kind,
  ref,
  namespace,
  name,
  code,
}: Pick<FindingRow, "kind" | "ref" | "namespace" | "name" | "code">): string {
  const id = ref?.kind ?? (isKindId(kind) ? kind : undefined);
  const info = id && kindInfo(id);
  const resource = info ? [info.plural, info.group].filter(Boolean).join(".") : kind.toLowerCase();
  return [
    `kubectl annotate ${resource} ${name}`,
    ...(namespace ? [`-n ${namespace}`] : []),
    `galley.istio.io/analyze-suppress=${code}`,
  ].join(" ");
}
