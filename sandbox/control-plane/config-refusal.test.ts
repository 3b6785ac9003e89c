import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { pagesInTest } from "./pages-testing";
import { virtualService } from "./testing";

type Pages = ReturnType<typeof pagesInTest>;
let clock: Pages["clock"];
let plane: Pages["plane"];
let store: Pages["store"];
let json: Pages["json"];
let dumpOf: Pages["dumpOf"];

beforeEach(() => {
  ({ clock, store, plane, json, dumpOf } = pagesInTest());
});

afterEach(() => {
  plane.stop();
});

describe("a configuration that no Envoy can take", () => {
  const filter = (patch: object): Parameters<typeof store.put>[0] => ({
    apiVersion: "networking.istio.io/v1alpha3",
    kind: "EnvoyFilter",
    metadata: { name: "bad", namespace: "bookinfo" },
    spec: { workloadSelector: { labels: { app: "productpage" } }, configPatches: [patch] },
  });
  const errorOf = async (proxy: string, type: string): Promise<string | undefined> => {
    const all = (await json("istiod-1:15014", "/debug/syncz")) as {
      proxy: string;
      resources: Record<string, { sent: string; acked: string; lastError?: string }>;
    }[];
    const resources = all.find((each) => each.proxy === `${proxy}.bookinfo`)!.resources;
    const [, state] = Object.entries(resources).find(([url]) => url.endsWith(type))!;
    expect(state.acked === state.sent).toBe(state.lastError === undefined);
    return state.lastError;
  };

  test("a Lua script is refused with LuaJIT's words, by the selected proxies only", async () => {
    const code = "function envoy_on_request(h) this is not lua";
    const lua = (inline_string: string) =>
      filter({
        applyTo: "HTTP_FILTER",
        match: { context: "SIDECAR_OUTBOUND" },
        patch: {
          operation: "INSERT_BEFORE",
          value: { name: "bad.lua", typed_config: { default_source_code: { inline_string } } },
        },
      });
    store.put(lua(code));
    clock.advance(1000);
    expect(await errorOf("productpage-v1", ".Listener")).toBe(
      "Error adding/updating listener(s) " +
        ["0.0.0.0_80", "0.0.0.0_9080"]
          .map(
            (name) => `${name}: script load error: [string "${code}"]:1: '=' expected near 'is'\n`,
          )
          .join(""),
    );
    expect(await errorOf("productpage-v1", ".RouteConfiguration")).toBeUndefined();
    expect(await errorOf("reviews-v1", ".Listener")).toBeUndefined();
    store.put(lua("function envoy_on_request(h) h:headers():add('a', 'b') end"));
    clock.advance(1000);
    expect(await errorOf("productpage-v1", ".Listener")).toBeUndefined();
  });

  test("a cluster that is made STATIC is refused beside its EDS settings", async () => {
    store.put(
      filter({
        applyTo: "CLUSTER",
        match: {
          context: "SIDECAR_OUTBOUND",
          cluster: { service: "productpage.bookinfo.svc.cluster.local" },
        },
        patch: { operation: "MERGE", value: { type: "STATIC" } },
      }),
    );
    clock.advance(1000);
    expect(await errorOf("productpage-v1", ".Cluster")).toBe(
      "Error adding/updating cluster(s) outbound|9080||productpage.bookinfo.svc.cluster.local: eds_cluster_config set in a non-EDS cluster",
    );
  });

  test("a regular expression that RE2 cannot read keeps the old routes", async () => {
    store.put(
      virtualService("reviews", {
        hosts: ["reviews"],
        http: [
          { match: [{ uri: { regex: "/a(" } }], route: [{ destination: { host: "reviews" } }] },
        ],
      }),
    );
    clock.advance(1000);
    expect(await errorOf("productpage-v1", ".RouteConfiguration")).toBe("missing ): /a(");
    expect(JSON.stringify((await dumpOf("productpage-v1")).get("Routes"))).toContain("jason");
  });

  test.each([
    ["HTTP_ROUTE", { match: { safe_regex: { regex: "a**" } } }, "bad repetition operator: **"],
    [
      "VIRTUAL_HOST",
      { routes: [{ direct_response: { status: 99 } }] },
      "Proto constraint validation failed (DirectResponseActionValidationError.Status: value must be inside range [200, 600))",
    ],
  ])("a patch of %s that makes routes unreadable is refused", async (applyTo, value, said) => {
    const patched = (context: string, name: string) =>
      filter({
        applyTo,
        match: { context, routeConfiguration: { name } },
        patch: { operation: "MERGE", value },
      });
    store.put(patched("SIDECAR_OUTBOUND", "9080"));
    clock.advance(1000);
    expect(await errorOf("productpage-v1", ".RouteConfiguration")).toBe(said);
    expect(await errorOf("productpage-v1", ".Listener")).toBeUndefined();
    expect(await errorOf("reviews-v1", ".RouteConfiguration")).toBeUndefined();
    for (const [context, name] of [
      ["SIDECAR_OUTBOUND", "nothing"],
      ["GATEWAY", "9080"],
    ] as const) {
      store.put(patched(context, name));
      clock.advance(1000);
      expect(await errorOf("productpage-v1", ".RouteConfiguration")).toBeUndefined();
    }
  });
});
