import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seconds } from "@/lib/base/units";
import { DEBUG_PAGES, type DebugQuestion } from "@/lib/xds/debug/pages";
import { systemClock, systemRandom } from "../clock";
import { kubernetesCluster } from "../cluster/kubernetes-cluster";
import { type IstiodPod, istiodClient } from "../istiod/istiod-client";
import type { Cluster } from "../ports";
import { BOOKINFO } from "../testing/bookinfo-facts";
import { type TestCluster, testCluster } from "../testing/test-cluster";
import { type DebugPages, debugPages } from "./debug-pages";

/** Every page of istiods that answer over port-forwards. */
let target: TestCluster;
let cluster: Cluster & { close(): void };
let pages: DebugPages;
let pods: readonly IstiodPod[];
let proxy: string;
let asked = 0;

beforeAll(async () => {
  target = await testCluster();
  cluster = kubernetesCluster(
    { type: "kubeconfig", file: target.kubeconfig, context: undefined },
    { clock: systemClock, random: systemRandom },
  );
  const counted: Pick<Cluster, "podRequest"> = {
    podRequest: (...request) => {
      asked += 1;
      return cluster.podRequest(...request);
    },
  };
  pages = debugPages({ istiod: istiodClient(counted), clock: systemClock });
  const list = async (namespace: string) => (await cluster.list("Pod", { namespace })).items;
  pods = (await list("istio-system"))
    .filter(({ metadata }) => metadata.labels?.["app"] === "istiod")
    .map(({ metadata }) => ({ namespace: "istio-system", name: metadata.name }));
  const reviews = (await list("bookinfo")).find(({ metadata }) =>
    metadata.name.startsWith("reviews-v1"),
  );
  proxy = `${reviews?.metadata.name ?? ""}.bookinfo`;
});
afterAll(async () => {
  pages.close();
  cluster.close();
  await target.stop();
});

const read = (question: DebugQuestion, find = "", istiod?: string) =>
  pages.read({ question, pods, istiod }, find);

test.each(DEBUG_PAGES.map(({ name }) => name))("%s answers with rows and JSON", async (page) => {
  const words = BOOKINFO.failingPages[page];
  if (words !== undefined) {
    const why = expect.stringContaining(words) as string;
    await expect(read({ page, proxy })).rejects.toMatchObject({
      code: "unavailable",
      message: why,
    });
    return;
  }
  const reading = await read({ page, proxy });
  expect(pods.map(({ name }) => name)).toContain(reading.istiod);
  expect(() => JSON.parse(reading.lines <= 1000 ? reading.text : "{}") as unknown).not.toThrow();
  expect(reading.table.rows.every((row) => row.length === reading.table.columns.length)).toBe(true);
});

test.each([
  ["syncz", "productpage-v1", ["SYNCED"]],
  ["registryz", "reviews.bookinfo", ["9080/HTTP", "ClientSide"]],
  ["endpointShardz", "reviews.bookinfo", ["Kubernetes/Kubernetes", "healthy"]],
  ["configz", "virtualservice reviews", ["networking.istio.io/v1"]],
  ["adsz", "reviews-v1", ["CDS"]],
  ["connections", "reviews-v1", ["reviews-v1"]],
  ["instancesz", "reviews-v1", ["reviews.bookinfo.svc.cluster.local"]],
  ["mesh", "trustDomain", ["cluster.local"]],
  ["clusterz", "", ["synced"]],
])("%s has the rows of %s", async (page, find, words) => {
  const { table, found, total } = await read({ page }, find);
  expect(found).toBeGreaterThan(0);
  expect(found).toBeLessThanOrEqual(total);
  for (const word of words) expect(JSON.stringify(table.rows)).toContain(word);
});

describe("a page about one proxy", () => {
  test("asks istiods in turn until one has its connection", async () => {
    const { table } = await read({ page: "config_dump", proxy, types: ["cds"] }, "reviews");
    expect(JSON.stringify(table.rows)).toContain("outbound|9080||reviews.bookinfo");
  });

  test("of which nobody knows says so, and one that needs a name asks for it", async () => {
    await expect(read({ page: "edsz", proxy: "nobody.nowhere" })).rejects.toMatchObject({
      code: "not-found",
      message: expect.stringContaining("No such proxy is connected") as string,
    });
    await expect(read({ page: "edsz" })).rejects.toMatchObject({ code: "invalid" });
  });
});

test("a replica that is gone, and no istiod at all, are told apart", async () => {
  await expect(read({ page: "mesh" }, "", "istiod-gone")).rejects.toMatchObject({
    code: "not-found",
    message: "istiod-gone does not run any more",
  });
  await expect(
    pages.read({ question: { page: "mesh" }, pods: [], istiod: undefined }, ""),
  ).rejects.toMatchObject({ code: "unavailable" });
});

test("filters and the file of a page cost istiod one request", async () => {
  const before = asked;
  const question = { page: "resourcesz" };
  await Promise.all([read(question), read(question, "gateway"), read(question)]);
  const { name, text } = await pages.download({ question, pods, istiod: undefined });
  // The page was asked for above, perhaps less than five seconds ago.
  expect(asked - before).toBeLessThanOrEqual(1);
  expect(name).toMatch(/^istiod.*-resourcesz\.json$/);
  expect(JSON.stringify(JSON.parse(text))).toContain("VirtualService");
});

test.each([
  [401, "forbidden"],
  [403, "forbidden"],
  [404, "unsupported"],
  [500, "unavailable"],
])("HTTP %d of istiod is %s, with its words where it is a fault", async (status, code) => {
  const body = "json: no\n";
  const refusing = debugPages({
    istiod: istiodClient({ podRequest: () => Promise.resolve({ status, body }) }),
    clock: { now: () => systemClock.now(), sleep: () => systemClock.sleep(seconds(0)) },
  });
  await expect(
    refusing.read({ question: { page: "mesh" }, pods, istiod: undefined }, ""),
  ).rejects.toMatchObject({
    code,
    message: expect.stringMatching(
      status === 500 ? /HTTP 500: json: no$/ : /^(?!.*json)/,
    ) as string,
  });
  refusing.close();
});
