import { beforeEach, describe, expect, it } from "vitest";
import type { KubeObject } from "@/lib/k8s/object";
import { manualClock } from "../clock";
import type { StoreEvent } from "../contracts";
import { type ClusterState, emptyCluster } from "./cluster-state";

const reviews = (weight: number): KubeObject => ({
  apiVersion: "networking.istio.io/v1beta1",
  kind: "VirtualService",
  metadata: { name: "reviews", namespace: "bookinfo" },
  spec: { hosts: ["reviews"], http: [{ route: [{ destination: { host: "reviews" }, weight }] }] },
});

describe("the store of the controllers", () => {
  let cluster: ClusterState;
  beforeEach(() => {
    cluster = emptyCluster(manualClock(), () => 0.5);
    cluster.store.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "bookinfo" } });
  });

  it("stores objects in their preferred version, with identity and generation", () => {
    const stored = cluster.store.create(reviews(1));
    expect(stored).toMatchObject({
      apiVersion: "networking.istio.io/v1",
      metadata: { generation: 1, creationTimestamp: "2026-01-01T00:00:00Z" },
    });
    expect(stored.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(cluster.store.view().get("VirtualService", "bookinfo", "reviews")).toBe(stored);
  });

  it("tells of changes, but not of updates that change nothing", () => {
    const events: StoreEvent[] = [];
    cluster.store.subscribe((event) => events.push(event));
    const first = cluster.store.create(reviews(1));
    const second = cluster.store.update(reviews(2));
    cluster.store.update(reviews(2));
    cluster.store.delete("VirtualService", "bookinfo", "reviews");
    expect(events.map(({ type, kind }) => `${type} ${kind}`)).toEqual([
      "ADDED VirtualService",
      "MODIFIED VirtualService",
      "DELETED VirtualService",
    ]);
    expect(second.metadata).toMatchObject({ uid: first.metadata.uid, generation: 2 });
    expect(cluster.store.view().list("VirtualService")).toEqual([]);
  });

  it("refuses a second object of the same name and one in no namespace", () => {
    cluster.store.create(reviews(1));
    expect(() => cluster.store.create(reviews(1))).toThrow(
      'virtualservices.networking.istio.io "reviews" already exists',
    );
    const stray = { ...reviews(1), metadata: { name: "reviews", namespace: "nowhere" } };
    expect(() => cluster.store.create(stray)).toThrow('namespaces "nowhere" not found');
  });

  it("deletes what an object owned, and what a namespace held", () => {
    const owner = cluster.store.create(reviews(1));
    const { apiVersion, kind, metadata } = owner;
    cluster.store.create({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: {
        name: "owned",
        namespace: "bookinfo",
        ownerReferences: [{ apiVersion, kind, name: metadata.name, uid: metadata.uid! }],
      },
    });
    cluster.store.delete("VirtualService", "bookinfo", "reviews");
    expect(cluster.store.get("ConfigMap", "bookinfo", "owned")).toBeUndefined();
    cluster.store.create(reviews(1));
    cluster.store.delete("Namespace", "", "bookinfo");
    expect(cluster.store.view().list("VirtualService")).toEqual([]);
  });
});
