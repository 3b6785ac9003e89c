import { afterEach, beforeEach, expect, test } from "vitest";
import type { KubeObject } from "@/lib/k8s/object";
import { pagesInTest } from "../pages-testing";

let pages: ReturnType<typeof pagesInTest>;
beforeEach(() => (pages = pagesInTest()));
afterEach(() => {
  pages.plane.stop();
});

const LUA = "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua";
const lua = { "@type": LUA, inline_code: "function envoy_on_request(h) end" };
const plugin: KubeObject = {
  apiVersion: "extensions.istio.io/v1alpha1",
  kind: "WasmPlugin",
  metadata: { name: "wp", namespace: "bookinfo", resourceVersion: "7" },
  spec: {
    selector: { matchLabels: { version: "v1", app: "reviews" } },
    url: "example.test/filter:1",
    pluginConfig: { a: 1 },
    failStrategy: "FAIL_OPEN",
  },
};
const filter: KubeObject = {
  apiVersion: "networking.istio.io/v1alpha3",
  kind: "EnvoyFilter",
  metadata: { name: "ef", namespace: "bookinfo" },
  spec: {
    workloadSelector: { labels: { app: "reviews" } },
    configPatches: [
      {
        applyTo: "EXTENSION_CONFIG",
        patch: { operation: "ADD", value: { name: "my-lua", typed_config: lua } },
      },
      {
        applyTo: "HTTP_FILTER",
        match: { context: "SIDECAR_INBOUND" },
        patch: {
          operation: "INSERT_BEFORE",
          value: { name: "my-lua", config_discovery: { config_source: { ads: {} } } },
        },
      },
    ],
  },
};
const NAME = "extensions.istio.io/trafficextension/bookinfo.wp~istio-translated-wasmplugin";

function apply(...objects: readonly KubeObject[]): void {
  for (const object of objects) pages.store.put(object);
  pages.clock.advance(2000);
}

test("extensions are listed by the proxies that they are for, and by no other", async () => {
  apply(plugin, filter);
  const filters = async (pod: string) => {
    const section = (await pages.dumpOf(pod)).get("Ecds");
    const list = section?.["ecds_filters"] as { ecds_filter: { name: string } }[] | undefined;
    return list?.map(({ ecds_filter }) => ecds_filter.name);
  };
  expect(await filters("reviews-v1")).toEqual(["my-lua", NAME]);
  expect(await filters("reviews-v2")).toEqual(["my-lua"]);
  expect(await filters("productpage-v1")).toBeUndefined();
});

test("istiod's page shows an extension whole, and a plugin's configuration", async () => {
  apply(plugin, filter);
  const page = (pod: string) => pages.json("istiod-1:15014", `/debug/ecdsz?proxyID=${pod}`);
  const { configs } = (await page("reviews-v1")) as { configs: Record<string, unknown>[] };
  expect(configs[0]).toMatchObject({
    "@type": "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig",
    name: "my-lua",
    typedConfig: { "@type": LUA, inlineCode: lua.inline_code },
  });
  expect(configs[1]).toMatchObject({
    "@type": "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm",
    config: {
      vmConfig: { code: { remote: { httpUri: { uri: "oci://example.test/filter:1" } } } },
      configuration: { value: '{"a":1}' },
      failurePolicy: "FAIL_OPEN",
    },
  });
  expect(await page("productpage-v1")).toEqual({});
});

test("listeners name the extensions that they fetch, and those alone are sent", async () => {
  const [extension] = (filter["spec"] as { configPatches: object[] }).configPatches;
  apply({ ...filter, spec: { configPatches: [extension] } });
  expect((await pages.dumpOf("reviews-v1")).has("Ecds")).toBe(false);
  apply(filter, plugin);
  const listeners = JSON.stringify((await pages.dumpOf("reviews-v1")).get("Listeners"));
  expect(listeners).toContain(`"name":"${NAME}","config_discovery"`);
  expect(listeners).toContain('"name":"my-lua","config_discovery"');
  expect(listeners).toContain('"name":"envoy.filters.http.grpc_stats"');
  expect(listeners).toContain('{"tag":"istio.canonical_service","literal":{"value":"reviews"}}');
});

test("a proxy subscribes to extensions while it has any", async () => {
  const types = async () => {
    const all = (await pages.json("istiod-1:15014", "/debug/syncz")) as {
      proxy: string;
      extensionconfig_acked?: string;
    }[];
    return all.find(({ proxy }) => proxy === "reviews-v1.bookinfo")?.extensionconfig_acked;
  };
  expect(await types()).toBeUndefined();
  apply(plugin);
  expect(await types()).toBeDefined();
  pages.store.delete("WasmPlugin", "bookinfo", "wp");
  pages.clock.advance(2000);
  expect(await types()).toBeUndefined();
});
