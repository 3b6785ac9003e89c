import { describe, expect, it } from "vitest";
import type { KubeObject } from "@/lib/k8s/object";
import { Storage } from "./storage";

const pod = (name: string): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "a" },
});

describe("the storage", () => {
  it("gives each change of any kind the next version", () => {
    const storage = new Storage();
    const versions = [
      storage.put("pods", pod("a")),
      storage.put("services", pod("b")),
      storage.put("pods", pod("a")),
      storage.remove("pods", pod("a")),
    ].map((object) => Number(object?.metadata.resourceVersion));
    expect(versions).toEqual([2, 3, 4, 5]);
    expect(storage.version).toBe(5);
    expect(storage.remove("pods", pod("a"))).toBeUndefined();
  });

  it("hands out lists that stay as they were, sorted by name", () => {
    const storage = new Storage();
    storage.put("pods", pod("b"));
    const before = storage.list("pods");
    storage.put("pods", pod("a"));
    expect(before.map(({ metadata }) => metadata.name)).toEqual(["b"]);
    expect(storage.list("pods").map(({ metadata }) => metadata.name)).toEqual(["a", "b"]);
  });

  it("remembers recent changes of a kind, and says when some are forgotten", () => {
    const storage = new Storage();
    storage.put("pods", pod("first"));
    const start = storage.version;
    for (let count = 0; count < 1500; count++) storage.put("pods", pod(`p${count}`));
    storage.put("services", pod("s"));
    expect(storage.since("pods", start)).toHaveLength(1500);
    for (let count = 0; count < 1000; count++) storage.put("pods", pod(`p${count}`));
    expect(storage.since("pods", start)).toBeUndefined();
    expect(storage.since("pods", storage.version)).toEqual([]);
    expect(storage.since("services", start)).toHaveLength(1);
  });

  it("forgets on demand, and tells listeners until they stop", () => {
    const storage = new Storage();
    const seen: string[] = [];
    const stop = storage.watch("pods", ({ type }) => seen.push(type));
    storage.put("pods", pod("a"));
    const { version } = storage;
    storage.put("pods", pod("a"));
    stop();
    storage.put("pods", pod("a"));
    storage.compact();
    expect(seen).toEqual(["ADDED", "MODIFIED"]);
    expect(storage.since("pods", version)).toBeUndefined();
  });
});
