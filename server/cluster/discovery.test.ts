import { expect, test } from "vitest";
import { type Instant, instant } from "@/lib/base/units";
import { apiDiscovery } from "./discovery";
import type { Transport } from "./transport";

/** An API server that serves groups as a test says, and a clock that it moves. */
function serving() {
  let now = 1_000_000;
  let asked = 0;
  const groups = new Set(["networking.istio.io"]);
  const item = (name: string) => ({
    metadata: { name },
    versions: [{ version: "v1", resources: [{ resource: "destinationrules" }] }],
  });
  const transport = {
    async request({ path }: { path: string }) {
      if (path === "/apis") asked += 1;
      const items = path === "/apis" ? [...groups].map(item) : [];
      const contentType = "application/json;g=apidiscovery.k8s.io;v=v2";
      return { contentType, warnings: [], text: JSON.stringify({ items }) };
    },
  } as unknown as Transport;
  const clock = { now: (): Instant => instant(now), sleep: () => Promise.resolve() };
  return {
    discovery: apiDiscovery(transport, clock),
    groups,
    asked: () => asked,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

test("a kind that nobody served is asked for again after 20 s", async () => {
  const { discovery, groups, asked, pass } = serving();
  groups.clear();
  const refused = { code: "unsupported", retryAfter: 20_000 };
  await expect(discovery.version("DestinationRule")).rejects.toMatchObject(refused);
  pass(19_000);
  await expect(discovery.version("DestinationRule")).rejects.toMatchObject(refused);
  expect(asked()).toBe(1);
  groups.add("networking.istio.io");
  pass(2_000);
  expect(await discovery.version("DestinationRule")).toBe("v1");
});

test("one that was served is asked for after 2 s: a server that starts knows it soon", async () => {
  const { discovery, groups, pass } = serving();
  expect(await discovery.version("DestinationRule")).toBe("v1");
  groups.clear();
  discovery.forget();
  const refused = { code: "unsupported", retryAfter: 2_000 };
  await expect(discovery.version("DestinationRule")).rejects.toMatchObject(refused);
  groups.add("networking.istio.io");
  pass(2_000);
  expect(await discovery.version("DestinationRule")).toBe("v1");
});
