import { describe, expect, it } from "vitest";
import type { KubeObject, ManagedFieldsEntry } from "@/lib/k8s/object";
import { meshView } from "@/lib/mesh/view";
import { recentChanges } from "./recent-changes";

const ALL = { namespaces: [], limit: 10 };

const wrote = (manager: string, time: string, more: Partial<ManagedFieldsEntry> = {}) => ({
  manager,
  operation: "Update" as const,
  apiVersion: "networking.istio.io/v1",
  time,
  fieldsV1: { "f:spec": { "f:hosts": {}, "f:http": {} } },
  ...more,
});

const virtualService = (name: string, metadata: Partial<KubeObject["metadata"]>): KubeObject => ({
  apiVersion: "networking.istio.io/v1",
  kind: "VirtualService",
  metadata: { namespace: "shop", creationTimestamp: "2026-11-21T10:00:00Z", ...metadata, name },
});

describe("recentChanges", () => {
  it("tells who wrote last, when, and which fields they hold", () => {
    const mesh = meshView([
      virtualService("cart", {
        managedFields: [
          wrote("kubectl-create", "2026-11-21T10:00:00Z"),
          wrote("quarterdeck", "2026-11-21T12:00:00Z"),
          wrote("pilot", "2026-11-21T13:00:00Z", { subresource: "status" }),
        ],
      }),
    ]);
    expect(recentChanges(mesh, ALL)).toEqual([
      {
        ref: { kind: "VirtualService", namespace: "shop", name: "cart" },
        at: Date.parse("2026-11-21T12:00:00Z"),
        what: "changed",
        who: "quarterdeck",
        fields: ["spec.hosts", "spec.http"],
      },
    ]);
  });

  it("calls a first write a creation, and knows an object without managers by its age", () => {
    const mesh = meshView([
      virtualService("new", { managedFields: [wrote("kubectl", "2026-11-21T10:00:01Z")] }),
      virtualService("bare", {}),
    ]);
    expect(recentChanges(mesh, ALL)).toMatchObject([
      { ref: { name: "new" }, what: "created", who: "kubectl", fields: [] },
      { ref: { name: "bare" }, what: "created", who: undefined },
    ]);
  });

  it("puts the newest first, keeps to the scope and to the limit, and leaves out core kinds", () => {
    const at = (hour: number) => ({ creationTimestamp: `2026-11-21T${hour}:00:00Z` });
    const mesh = meshView([
      virtualService("a", at(10)),
      virtualService("c", at(12)),
      virtualService("b", { ...at(11), namespace: "other" }),
      { apiVersion: "v1", kind: "Pod", metadata: { name: "p", namespace: "shop", ...at(13) } },
    ]);
    const names = (scope: string[], limit: number) =>
      recentChanges(mesh, { namespaces: scope, limit }).map(({ ref }) => ref.name);
    expect(names([], 10)).toEqual(["c", "b", "a"]);
    expect(names(["shop"], 10)).toEqual(["c", "a"]);
    expect(names([], 1)).toEqual(["c"]);
  });
});
