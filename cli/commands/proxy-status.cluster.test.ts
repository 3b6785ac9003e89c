import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { runCommand } from "@/cli/run-command";
import { type TestCluster, testCluster } from "@/server/testing/test-cluster";

/** The commands over port-forwards to a cluster's istiod and Envoys. */
describe("proxy-status and proxy-config of a cluster", () => {
  let target: TestCluster;
  let out: string;
  let err: string;
  beforeAll(async () => {
    target = await testCluster();
  });
  afterAll(() => target.stop());
  beforeEach(() => {
    [out, err] = ["", ""];
    vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      out += String(text);
      return true;
    });
    vi.spyOn(process.stderr, "write").mockImplementation((text) => {
      err += String(text);
      return true;
    });
  });
  afterEach(() => void vi.restoreAllMocks());

  const run = (...args: readonly string[]) =>
    runCommand([...args, "--kubeconfig", target.kubeconfig]);

  it("tells every proxy with what it asks for, and leads to what one holds", async () => {
    expect(await run("proxy-status", "-n", "bookinfo")).toBe(0);
    const [header = "", ...lines] = out.trimEnd().split("\n");
    expect(header.split(/ {2,}/)).toEqual([
      ...["NAME", "CLUSTER", "ISTIOD", "VERSION", "SUBSCRIBED TYPES"],
    ]);
    const reviews = lines.find((line) => line.startsWith("reviews-v1")) ?? "";
    expect(reviews).toMatch(
      /^reviews-v1\S*\.bookinfo +Kubernetes +istiod\S* +\S+ +4 \(CDS,LDS,EDS,RDS\)$/,
    );
    expect(lines.every((line) => line.split(/\s/)[0]?.endsWith(".bookinfo"))).toBe(true);

    out = "";
    const pod = reviews.split(" ")[0] ?? "";
    expect(await run("proxy-config", "endpoints", pod, "--cluster", "prometheus_stats")).toBe(0);
    expect(out.replace(/ +/g, " ")).toBe(
      "ENDPOINT STATUS OUTLIER CHECK CLUSTER\n127.0.0.1:15000 HEALTHY OK prometheus_stats\n",
    );
  });

  it("says in one line what is wrong", async () => {
    expect(await run("proxy-config", "routes", "nobody.bookinfo")).toBe(2);
    expect(out).toBe("");
    expect(err).toMatch(/^quarterdeck: proxy-config: .*nobody.*\n$/);
    expect(await run("proxy-config", "routes", "../../secrets.bookinfo")).toBe(2);
    expect(await run("proxy-status", "reviews")).toBe(2);
  });
});
