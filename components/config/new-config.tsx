"use client";

import { useRouter } from "next/navigation";
import { useNamespaceScope, useScopedHref } from "@/components/layout/use-namespace-scope";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { CONFIG_KINDS, isKindId, kindInfo } from "@/lib/istio/kinds";
import { ConfigEditor } from "./config-editor";
import { newObjectText } from "./new-object";

const FIRST_KIND = "VirtualService";

/** The editor for an object that is to be new. */
export function NewConfig({ kind: asked }: { kind: string }) {
  const router = useRouter();
  const scoped = useScopedHref();
  const [namespace = "default"] = useNamespaceScope();
  const kind = isKindId(asked) && CONFIG_KINDS.includes(asked) ? asked : FIRST_KIND;
  return (
    <div className="flex min-h-0 min-w-0 flex-1 flex-col">
      <div className="border-b border-line bg-surface px-3 py-2">
        <Field label="Kind of the new object">
          {(control) => (
            <Select
              {...control}
              value={kind}
              options={CONFIG_KINDS.map((id) => ({
                value: id,
                label: id === "KubernetesGateway" ? "Gateway (Gateway API)" : kindInfo(id).kind,
              }))}
              onChange={(next) => router.replace(scoped(`/config?new=${next}`))}
            />
          )}
        </Field>
      </div>
      <ConfigEditor
        key={kind}
        target={null}
        kind={kind}
        namespace={namespace}
        initialText={newObjectText(kind, namespace)}
      />
    </div>
  );
}
