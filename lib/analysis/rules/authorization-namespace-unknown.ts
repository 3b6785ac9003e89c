import type { MeshView } from "@/lib/mesh/view";
import type { Field } from "../field";
import { quoted } from "../istioctl/words";
import { nearestNames } from "../nearest";
import { defineRule, type Subject } from "../rule";

export const rule = defineRule({
  id: "authorization-namespace-unknown",
  code: "IST0101",
  aliases: ["KIA0101"],
  level: "Error",
  kinds: ["AuthorizationPolicy"],
  reads: ["Namespace"],
  title: "A policy names a namespace that does not exist",
  why: "No client comes from there: an ALLOW rule lets nobody in by it, a DENY rule keeps nobody out.",
  fix: "Correct the namespace, or create it.",
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: reviews, namespace: shop }
spec: { rules: [{ from: [{ source: { namespaces: [shpo] } }] }] }`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: reviews, namespace: shop }
spec: { rules: [{ from: [{ source: { namespaces: ["sh*"] } }] }] }`,
  },
  istioctl: {
    analyzers: ["auth.AuthorizationPoliciesAnalyzer"],
    *check(subject, mesh) {
      for (const { field, source } of namespacePatterns(subject)) {
        const pattern = typeof field.value === "string" ? field.value : "";
        if (existing(mesh).some((name) => namespaceFits(name, pattern))) continue;
        // For an entry of notNamespaces it names the entry of namespaces with the same index.
        const at = [...source.at("namespaces").path, field.path.at(-1) ?? 0];
        yield { message: `Referenced namespace not found: ${quoted(pattern)}`, at };
      }
    },
  },

  *check(subject, mesh) {
    const names = existing(mesh);
    // Files without namespaces do not say which there are.
    if (names.length === 0) return;
    for (const { field } of namespacePatterns(subject)) {
      const { text } = field;
      if (text === undefined || names.some((name) => namespaceFits(name, text))) continue;
      yield {
        path: field.path,
        message: `No namespace ${text.includes("*") ? `fits ${text}` : `${text} exists`}; no client comes from there.`,
        fixes: nearestNames(text, names).map((name) => ({
          title: `Use ${name}`,
          edits: [{ op: "set" as const, path: field.path, value: name }],
        })),
      };
    }
  },
});

const existing = (mesh: MeshView): readonly string[] => mesh.derive(namespaceNames);

const namespaceNames = (mesh: MeshView): readonly string[] =>
  mesh.list("Namespace").map(({ metadata }) => metadata.name);

function namespacePatterns({ fields }: Subject): readonly { field: Field; source: Field }[] {
  const sources = fields
    .at("spec", "rules")
    .items()
    .flatMap((rule) => rule.at("from").items())
    .map((from) => from.at("source"));
  return sources.flatMap((source) =>
    ["namespaces", "notNamespaces"].flatMap((list) =>
      source
        .at(list)
        .items()
        .map((field) => ({ field, source })),
    ),
  );
}

/** `*`, `*suffix`, `prefix*`, or the name in any case. */
function namespaceFits(name: string, pattern: string): boolean {
  if (pattern.startsWith("*")) return name.endsWith(pattern.slice(1));
  if (pattern.endsWith("*")) return name.startsWith(pattern.slice(0, -1));
  return name.toLowerCase() === pattern.toLowerCase();
}
