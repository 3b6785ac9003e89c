import { describe, expect, test } from "vitest";
import { AppError } from "@/lib/base/errors";
import { instant, seconds } from "@/lib/base/units";
import { envoyClient } from "../envoy/envoy-client";
import { istiodClient } from "../istiod/istiod-client";
import { readerInThisThread } from "./dump-reader";
import { exploreProxy, rawDump } from "./explore-proxy";
import { proxyDumps } from "./proxy-dumps";

/** What cannot be read is one clear state each, and what can be read of the rest is shown. */
const POD = { namespace: "shop", name: "cart-1" };
const clock = { now: () => instant(0), sleep: () => Promise.resolve() };
const { signal } = new AbortController();

type Answer = { readonly status: number; readonly body: string } | AppError;

/** An Envoy whose dump is `answer`, and which has no endpoints. */
const dumpsOf = (answer: Answer) =>
  proxyDumps({
    clock,
    reader: readerInThisThread(),
    envoy: envoyClient({
      podRequest: (_pod, { path }) =>
        path.startsWith("/clusters")
          ? Promise.resolve({ status: 200, body: "{}" })
          : answer instanceof AppError
            ? Promise.reject(answer)
            : Promise.resolve(answer),
    }),
  });
const listeners = (answer: Answer) =>
  exploreProxy(dumpsOf(answer), POD, "listeners", { filter: "", offset: 0, limit: 10 });

const ADMIN = "type.googleapis.com/envoy.admin.v3.";
const DUMP = JSON.stringify({
  configs: [
    { "@type": "type.googleapis.com/envoy.admin.v9.MarvelsConfigDump", marvels: [{ name: "one" }] },
    { "@type": "type.googleapis.com/nobody.knows.This", a: 1 },
    "not even an object",
    {
      "@type": `${ADMIN}ListenersConfigDump`,
      dynamic_listeners: [
        {
          name: "l",
          active_state: {
            listener: {
              name: "l",
              address: { socket_address: { address: "0.0.0.0", port_value: 80 } },
              filter_chains: [
                {
                  filters: [{ name: "shop.unheard_of", typed_config: { "@type": "t/x.Y", b: 2 } }],
                },
                {
                  filters: [
                    { name: "envoy.filters.network.tcp_proxy", typed_config: { cluster: "c" } },
                  ],
                },
              ],
            },
          },
        },
      ],
    },
  ],
});

describe("a dump", () => {
  test("with types that nobody knows shows what is known, and keeps the rest", async () => {
    const page = await listeners({ status: 200, body: DUMP });
    expect(page.rows.map(({ destination }) => destination)).toContain("Cluster: c");
    expect(page.rows).toHaveLength(2);
    const raw = await rawDump(dumpsOf({ status: 200, body: DUMP }), POD, "Listeners", {
      offset: 0,
      limit: 200,
    });
    expect(raw.lines.join("")).toContain("shop.unheard_of");
  });

  test.each([
    ["cut in the middle", { status: 200, body: DUMP.slice(0, 300) }, /was cut off or is no JSON/],
    ["that is empty", { status: 200, body: "" }, /was cut off or is no JSON/],
    ["of something else", { status: 200, body: '{"hello":1}' }, /answered without a dump/],
    ["that Envoy refuses", { status: 404, body: "no" }, /with HTTP 404/],
  ])("%s is said to be so", async (_what, answer, message) => {
    await expect(listeners(answer)).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(message) as string,
      hint: expect.any(String) as string,
    });
  });

  test("of a ztunnel is none of Envoy's, and the hint leads to what istiod sends it", async () => {
    const body = JSON.stringify({ workloads: [], services: [], policies: [], certificates: [] });
    await expect(listeners({ status: 200, body })).rejects.toMatchObject({
      code: "unsupported",
      message: "cart-1 is a ztunnel: it holds no Envoy configuration",
      hint: expect.stringContaining("ambientz") as string,
    });
  });

  test.each([
    [
      new AppError("timeout", "port 15000 of pod shop/cart-1 did not answer within 15 s"),
      "timeout",
    ],
    [new AppError("not-found", "Pod shop/cart-1 is gone"), "not-found"],
    [new AppError("forbidden", "pods/portforward is forbidden"), "forbidden"],
  ])(
    "that does not come leaves the reason, and the next who looks asks again",
    async (error, code) => {
      let asked = 0;
      const dumps = proxyDumps({
        clock,
        reader: readerInThisThread(),
        envoy: envoyClient({
          podRequest: () => {
            asked += 1;
            return Promise.reject(error);
          },
        }),
      });
      for (let look = 1; look <= 2; look += 1) {
        await expect(dumps.ask<"bootstrap">(POD, { ask: "bootstrap" })).rejects.toMatchObject({
          code,
        });
        // The dump and the endpoints, asked together.
        expect(asked).toBe(2 * look);
      }
    },
  );
});

describe("istiod's debug page", () => {
  const istiod = { namespace: "istio-system", name: "istiod-1" };

  test.each([
    [401, "", "forbidden", /istiod-1 refuses \/debug\/syncz \(HTTP 401\)/],
    [403, "", "forbidden", /istiod-1 refuses \/debug\/syncz \(HTTP 403\)/],
    [404, "", "unsupported", /istiod-1 has no \/debug\/syncz/],
    [500, "", "unavailable", /with HTTP 500/],
    [200, '[{"proxy":"a.b"', "unavailable", /something other than JSON/],
    [200, '{"an":"object"}', "unavailable", /in an unknown shape/],
  ])("HTTP %d %j is %s", async (status, body, code, message) => {
    const client = istiodClient({ podRequest: () => Promise.resolve({ status, body }) });
    await expect(client.syncz(istiod, signal)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
      hint: expect.any(String) as string,
    });
  });

  test("that says the same again gives the same reading, and something new another", async () => {
    const bodies = ['[{"proxy":"a.b"}]', '[{"proxy":"a.b"}]', '[{"proxy":"c.d"}]'];
    const client = istiodClient({
      podRequest: () => Promise.resolve({ status: 200, body: bodies.shift() ?? "[]" }),
    });
    const [first, second, third] = [
      await client.syncz(istiod, signal),
      await client.syncz(istiod, signal),
      await client.syncz(istiod, signal),
    ];
    expect(second).toBe(first);
    expect(third.proxies.map(({ id }) => id)).toEqual(["c.d"]);
  });

  test("is not waited for longer than its deadline", async () => {
    const deadlines: unknown[] = [];
    const client = istiodClient({
      podRequest: (_pod, { timeout }) => {
        deadlines.push(timeout);
        return Promise.resolve({ status: 200, body: "[]" });
      },
    });
    await client.syncz(istiod, signal);
    expect(deadlines).toEqual([seconds(10)]);
  });
});
