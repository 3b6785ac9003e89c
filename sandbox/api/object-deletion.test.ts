import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startWorkloads } from "@/sandbox/workloads/start-workloads";
import { TestApi } from "./testing";

const MAPS = "/api/v1/namespaces/bookinfo/configmaps";
const HOLD = ["example.com/hold"];

let api: TestApi;
beforeEach(async () => {
  api = await TestApi.start();
});
afterEach(() => api.close());

interface Made {
  readonly name: string;
  readonly uid: string;
}

/** A ConfigMap that belongs to `owners`. */
async function made(name: string, owners: readonly Made[] = [], more: object = {}): Promise<Made> {
  const ownerReferences = owners.map(({ name: owner, uid }) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    name: owner,
    uid,
    blockOwnerDeletion: true,
  }));
  const body = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, ...(owners.length > 0 ? { ownerReferences } : {}), ...more },
  };
  const { body: stored } = await api.send("POST", MAPS, { body });
  return { name, uid: (stored.metadata as { uid: string }).uid };
}

const remove = (name: string, propagationPolicy?: string) =>
  api.send("DELETE", `${MAPS}/${name}`, { body: propagationPolicy ? { propagationPolicy } : {} });
const patch = (path: string, body: object) =>
  api.send("PATCH", path, { body, type: "application/merge-patch+json" });
const release = (name: string) => patch(`${MAPS}/${name}`, { metadata: { finalizers: null } });
const isThere = async (name: string) => (await api.send("GET", `${MAPS}/${name}`)).code === 200;

describe("deletion in the foreground", () => {
  it("takes dependents first, and waits for those that finalizers hold", async () => {
    const owner = await made("owner");
    const child = await made("child", [owner]);
    await made("grandchild", [child], { finalizers: HOLD });
    await remove("owner", "Foreground");
    expect(await Promise.all(["owner", "child", "grandchild"].map(isThere))).toEqual([
      true,
      true,
      true,
    ]);
    await release("grandchild");
    expect(await Promise.all(["owner", "child", "grandchild"].map(isThere))).toEqual([
      false,
      false,
      false,
    ]);
  });

  it("does not wait for a dependent that does not block it", async () => {
    const owner = await made("owner");
    await made("child", [owner], { finalizers: HOLD });
    await patch(`${MAPS}/child`, {
      metadata: { ownerReferences: [{ ...reference(owner), blockOwnerDeletion: false }] },
    });
    await remove("owner", "Foreground");
    expect(await isThere("owner")).toBe(false);
    expect(await isThere("child")).toBe(true);
  });

  it("ends when the dependent that blocks it is given away", async () => {
    const owner = await made("owner");
    await made("child", [owner], { finalizers: HOLD });
    await remove("owner", "Foreground");
    await patch(`${MAPS}/child`, { metadata: { ownerReferences: null } });
    expect(await isThere("owner")).toBe(false);
  });

  it("comes to an end where objects own each other", async () => {
    const first = await made("first");
    const second = await made("second", [first]);
    await patch(`${MAPS}/first`, { metadata: { ownerReferences: [reference(second)] } });
    await remove("first", "Foreground");
    expect([await isThere("first"), await isThere("second")]).toEqual([false, false]);
  });
});

const reference = ({ name, uid }: Made) => ({ apiVersion: "v1", kind: "ConfigMap", name, uid });

it("keeps what another owner keeps, without the reference", async () => {
  const [gone, stays] = [await made("gone"), await made("stays")];
  await made("child", [gone, stays]);
  await remove("gone");
  const { body } = await api.send("GET", `${MAPS}/child`);
  expect(body.metadata).toMatchObject({ ownerReferences: [{ uid: stays.uid }] });
  await remove("stays");
  expect(await isThere("child")).toBe(false);
});

it("orphans dependents where asked to", async () => {
  const owner = await made("owner");
  await made("child", [owner]);
  const { body } = await remove("owner", "Orphan");
  expect(body.metadata).toMatchObject({ finalizers: ["orphan"] });
  expect(await isThere("owner")).toBe(false);
  const child = await api.send("GET", `${MAPS}/child`);
  expect(child.body.metadata).not.toHaveProperty("ownerReferences");
});

describe("a namespace that is deleted", () => {
  it("says what is left in it, and goes when nothing is", async () => {
    await made("held", [], { finalizers: HOLD });
    await made("free");
    const { body } = await api.send("DELETE", "/api/v1/namespaces/bookinfo");
    expect(body.status).toMatchObject({ phase: "Terminating" });
    expect(await isThere("free")).toBe(false);
    const now = await api.send("GET", "/api/v1/namespaces/bookinfo");
    expect(now.text).toContain(
      "Some resources are remaining: configmaps. has 1 resource instances",
    );
    expect(now.text).toContain("finalizers remaining: example.com/hold in 1 resource instances");
    await release("held");
    expect((await api.send("GET", "/api/v1/namespaces/bookinfo")).code).toBe(404);
  });

  it("stops the controllers that would fill it", async () => {
    const workloads = startWorkloads(api.cluster.store, api.clock);
    const metadata = { name: "web", namespace: "bookinfo" };
    const labels = { app: "web" };
    api.cluster.store.create({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { ...metadata, finalizers: HOLD },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: "web", image: "web:1" }] } },
      },
    });
    api.clock.advance(5000);
    await api.send("DELETE", "/api/v1/namespaces/bookinfo");
    api.clock.advance(5000);
    const { body } = await api.send("GET", "/api/v1/namespaces/bookinfo/pods");
    expect(body.items).toEqual([]);
    workloads.stop();
  });
});
