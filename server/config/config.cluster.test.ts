import { afterAll, beforeAll, beforeEach, describe, expect, it, test, vi } from "vitest";
import type { ObjectRef } from "@/lib/istio/kinds";
import { systemClock, systemRandom } from "../clock";
import { kubernetesCluster } from "../cluster/kubernetes-cluster";
import { meshStore, type RunningMeshStore } from "../mesh/mesh-store";
import type { Cluster } from "../ports";
import { BOOKINFO } from "../testing/bookinfo-facts";
import { type TestCluster, testCluster } from "../testing/test-cluster";
import { reportDraft } from "./draft-report";
import { listConfig } from "./list-config";
import { type MeshAnalysis, meshAnalysis } from "./mesh-analysis";
import { type ConfigObject, readConfig, readEditorSchema } from "./read-config";
import { applyDraft, type ConfigWriter, deleteConfig, dryRun, liveState } from "./write-config";

/** The write path over HTTPS, against a cluster, by default the embedded one. */
let target: TestCluster;
let cluster: Cluster & { close(): void };
let mesh: RunningMeshStore;
let analysis: MeshAnalysis;
const audit = vi.fn();
const REVIEWS: ObjectRef = { kind: "VirtualService", namespace: "bookinfo", name: "reviews" };

beforeAll(async () => {
  target = await testCluster();
  const time = { clock: systemClock, random: systemRandom };
  const file = target.kubeconfig;
  cluster = kubernetesCluster({ type: "kubeconfig", file, context: undefined }, time);
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  mesh = meshStore({ cluster, log, ...time });
  analysis = meshAnalysis(mesh, systemClock);
  mesh.start();
  await vi.waitFor(() => expect(mesh.ready && mesh.view().list("Pod").length > 6).toBe(true), {
    timeout: 15_000,
    interval: 20,
  });
});
afterAll(async () => {
  mesh.close();
  cluster.close();
  await target.stop();
});
beforeEach(() => audit.mockClear());

const writer = (readOnly = false): ConfigWriter => ({
  cluster,
  analysis,
  log: { info: audit, warn: audit, error: audit },
  readOnly,
  requestId: "r1",
});
const draftOf = (stored: ConfigObject, edit: (text: string) => string) => ({
  text: edit(stored.text),
  target: stored.ref,
  namespace: "bookinfo",
  resourceVersion: stored.resourceVersion,
});
const weighted = (v1: number, v2: number) => (text: string) =>
  text.replace(
    /    - destination:[^]*$/,
    [v1, v2]
      .map(
        (weight, index) =>
          `    - destination:\n        host: reviews\n        subset: v${index + 1}\n      weight: ${weight}\n`,
      )
      .join(""),
  );

describe("what is stored", () => {
  test("bookinfo is listed by namespace and kind, and nothing is wrong with it", () => {
    const { rows, problems, ready } = listConfig(mesh, analysis);
    expect({ problems, ready }).toEqual({ problems: [], ready: true });
    expect(rows.map(({ tag, namespace, name }) => `${tag} ${namespace}/${name}`)).toEqual(
      expect.arrayContaining([
        "VS bookinfo/reviews",
        "GW bookinfo/bookinfo-gateway",
        "PA istio-system/default",
      ]),
    );
    expect(rows.find(({ namespace }) => namespace !== "")?.namespace).toBe("bookinfo");
    expect(analysis.current().findings.filter(({ level }) => level !== "Info")).toEqual([]);
  });

  test("an object is opened without what the server keeps", async () => {
    const stored = await readConfig(cluster, REVIEWS);
    expect(stored.text).toMatch(
      /^apiVersion: networking.istio.io\/v1\nkind: VirtualService\nmetadata:\n {2}name: reviews\n/,
    );
    expect(stored.text).not.toMatch(/managedFields|uid|resourceVersion|status/);
    expect(stored.resourceVersion).toMatch(/^\d+$/);
  });

  test("the editor's schema is that of the cluster's own definition", () => {
    const schema = readEditorSchema(mesh.view(), "VirtualService") as {
      properties: { apiVersion: { enum: string[] }; spec: { properties: Record<string, unknown> } };
    };
    expect(schema.properties.apiVersion.enum).toContain("networking.istio.io/v1");
    expect(Object.keys(schema.properties.spec.properties)).toEqual(
      expect.arrayContaining(["hosts", "http", "gateways"]),
    );
  });
});

describe("a draft", () => {
  it("is checked against the live mesh, with whom it touches", async () => {
    const stored = await readConfig(cluster, REVIEWS);
    const wrong = draftOf(stored, (text) => text.replace("subset: v1", "subset: v11"));
    const report = reportDraft(wrong, analysis.current());
    expect(report.findings.map(({ code, path }) => [code, path])).toEqual([
      ["IST0101", "spec.http[0].route[0].destination.subset"],
    ]);
    expect(report.explanations["subset-undefined"]?.why).toContain("503");
    expect(report.reach).toMatchObject({ gateways: 0, namespaces: BOOKINFO.meshNamespaces });
    expect(report.reach?.proxies).toBeGreaterThanOrEqual(6);
  });

  it("with an error is not written, and says why; a reason overrides it and is kept", async () => {
    const stored = await readConfig(cluster, REVIEWS);
    const wrong = draftOf(stored, (text) => text.replace("subset: v1", "subset: v11"));
    expect(await applyDraft(writer(), wrong, undefined)).toMatchObject({
      type: "blocked",
      errors: 1,
      reason: expect.stringContaining("Subset v11 is not defined") as string,
    });
    expect(audit).not.toHaveBeenCalled();
    expect(await applyDraft(writer(), wrong, "the subset follows")).toMatchObject({
      type: "applied",
    });
    expect(audit).toHaveBeenCalledWith(
      expect.objectContaining({
        audit: true,
        action: "replace",
        name: "reviews",
        override: "the subset follows",
        result: "applied",
      }),
      "write",
    );
    const now = await readConfig(cluster, REVIEWS);
    const reason = "quarterdeck.dev/override-reason: the subset follows";
    expect(now.text).toContain(reason);
    expect(now.overrideReason).toBe("the subset follows");
    // The next write that needs no reason takes it away again, though the draft still has it.
    const mended = draftOf(now, (text) => text.replace("subset: v11", "subset: v1"));
    expect(mended.text).toContain(reason);
    expect(await applyDraft(writer(), mended, undefined)).toMatchObject({ text: stored.text });
  });

  it("is dry-run first, which stores nothing, then written with the version that was read", async () => {
    const stored = await readConfig(cluster, REVIEWS);
    const draft = draftOf(stored, weighted(80, 20));
    expect(await dryRun(writer(), draft)).toMatchObject({ type: "accepted", warnings: [] });
    expect((await readConfig(cluster, REVIEWS)).text).toBe(stored.text);
    const result = await applyDraft(writer(), draft, undefined);
    expect(result).toMatchObject({ type: "applied", created: false, ref: REVIEWS });
    const after = await cluster.get(REVIEWS);
    expect(after).toMatchObject({
      metadata: { resourceVersion: result.type === "applied" && result.resourceVersion },
      spec: { http: [{ route: [{ weight: 80 }, { weight: 20 }] }] },
    });
  });

  it("over a newer version is a conflict that shows what is live; nothing is overwritten", async () => {
    const stored = await readConfig(cluster, REVIEWS);
    await applyDraft(writer(), draftOf(stored, weighted(60, 40)), undefined);
    const late = draftOf(stored, weighted(50, 50));
    expect(await dryRun(writer(), late)).toMatchObject({ type: "conflict" });
    const result = await applyDraft(writer(), late, undefined);
    expect(result).toMatchObject({
      type: "conflict",
      live: { text: expect.stringContaining("weight: 60") as string },
    });
    expect((await readConfig(cluster, REVIEWS)).text).toContain("weight: 60");
  });

  it("that the server refuses comes back with the place of each fault", async () => {
    const stored = await readConfig(cluster, REVIEWS);
    const bad = draftOf(stored, (text) => text.replace(/weight: \d+/, "weight: many"));
    const line = bad.text.split("\n").findIndex((text) => text.includes("many")) + 1;
    expect(await dryRun(writer(), bad)).toMatchObject({
      type: "refused",
      causes: [{ field: "spec.http[0].route[0].weight", line }],
    });
  });

  test.each([
    ["broken YAML", (text: string) => text.replace("hosts:", "hosts: ["), /^Line \d+: /],
    ["two objects", (text: string) => `${text}---\n${text}`, /holds 2 objects/],
    ["nothing", () => "", /no object yet/],
    [
      "another name",
      (text: string) => text.replace("name: reviews", "name: other"),
      /but VirtualService bookinfo\/reviews is open/,
    ],
    [
      "another kind of thing",
      () => "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
      /not mesh configuration/,
    ],
  ])("of %s is never sent", async (_, edit, reason) => {
    const stored = await readConfig(cluster, REVIEWS);
    const verdict = await dryRun(writer(), draftOf(stored, edit));
    expect(verdict).toMatchObject({
      type: "blocked",
      reason: expect.stringMatching(reason) as string,
    });
  });
});

describe("new and gone objects", () => {
  const text = `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: fresh
  namespace: bookinfo
spec:
  host: ratings
`;
  const fresh: ObjectRef = { kind: "DestinationRule", namespace: "bookinfo", name: "fresh" };
  const create = { text, target: null, namespace: "bookinfo", resourceVersion: null };

  it("creates, refuses to create twice, deletes only the version that was seen", async () => {
    expect(await dryRun(writer(), create)).toMatchObject({ type: "accepted" });
    expect(await liveState(cluster, fresh)).toBeNull();
    expect(await applyDraft(writer(), create, undefined)).toMatchObject({
      type: "applied",
      created: true,
      ref: fresh,
    });
    expect(await applyDraft(writer(), create, undefined)).toMatchObject({
      type: "conflict",
      live: { text },
    });
    await expect(deleteConfig(writer(), fresh, "1")).rejects.toMatchObject({ code: "conflict" });
    const live = await liveState(cluster, fresh);
    await deleteConfig(writer(), fresh, live?.resourceVersion ?? "");
    expect(await liveState(cluster, fresh)).toBeNull();
  });

  it("tells that an object went away under the editor", async () => {
    const gone = { ...create, target: fresh, resourceVersion: "1" };
    expect(await applyDraft(writer(), gone, undefined)).toMatchObject({
      type: "conflict",
      live: null,
    });
  });

  it("writes nothing in read-only mode", async () => {
    await expect(applyDraft(writer(true), create, undefined)).rejects.toMatchObject({
      code: "forbidden",
    });
    await expect(deleteConfig(writer(true), fresh, "1")).rejects.toMatchObject({
      code: "forbidden",
    });
    expect(audit).not.toHaveBeenCalled();
  });
});
