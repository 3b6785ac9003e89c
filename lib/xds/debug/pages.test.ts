import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DEBUG_PAGES, debugPath, findDebugPage, FORMER_NAMES, NEVER_ASKED } from "./pages";

describe("findDebugPage", () => {
  test.each([
    ["/debug/cdsz", "config_dump", "cdsz"],
    ["SYNZ", "syncz", "synz"],
    ["http://localhost:15014/debug/endpointz", "endpointShardz", "endpointz"],
    ["debug/authenticationz?proxyID=a.b", "authorizationz", "authenticationz"],
    ["workloadz", "instancesz", "workloadz"],
    ["/debug/endpointshardz", "endpointShardz", undefined],
    ["adsz?proxyID=a.b", "adsz", undefined],
    ["cachez?sizes=true", "cachez", undefined],
  ])("%s leads to %s", (text, name, was) => {
    const found = findDebugPage(text);
    expect(found).toMatchObject({ type: "page", page: { name } });
    expect(found.type === "page" ? found.former?.was : "").toBe(was);
  });

  test.each([
    "/debug/adsz?push=true",
    "adsz?proxyID=a&push=1",
    "force_disconnect?proxyID=a",
    "pprof/heap",
    "cachez?clear=true",
  ])("%s is never asked for, and it says why", (text) => {
    expect(findDebugPage(text)).toMatchObject({ type: "never", why: expect.any(String) as string });
  });

  test("knows nothing of other names", () => {
    expect(findDebugPage("../quitquitquit")).toEqual({ type: "unknown" });
  });

  test("every former name leads to a page that is there", () => {
    for (const { was } of FORMER_NAMES) expect(findDebugPage(was).type).toBe("page");
  });
});

describe("debugPath", () => {
  test("asks with what the page takes and with nothing else", () => {
    const all = { proxy: "a.b", namespace: "shop", types: ["cds", "rds"], flag: true } as const;
    expect(debugPath({ page: "config_dump", ...all })).toBe(
      "/debug/config_dump?proxyID=a.b&types=cds%2Crds&include_eds=true",
    );
    expect(debugPath({ page: "mesh", ...all })).toBe("/debug/mesh");
    expect(debugPath({ page: "syncz", namespace: "shop" })).toBe("/debug/syncz?namespace=shop");
  });

  test.each(NEVER_ASKED.map(({ path }) => path))("refuses %s as a page", (page) => {
    expect(() => debugPath({ page, proxy: "a" })).toThrow("no page");
  });

  test("whatever is typed, no other page and no parameter that changes something is asked", () => {
    const page = fc.constantFrom(...DEBUG_PAGES.map(({ name }) => name));
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom("x&push=true", "x#", "../x", "x?clear=true"),
    );
    fc.assert(
      fc.property(page, text, text, (name, proxy, namespace) => {
        const question = { page: name, proxy: `p${proxy}`, namespace, flag: true };
        const url = new URL(debugPath(question), "http://istiod");
        expect(url.pathname).toBe(`/debug/${name}`);
        for (const key of url.searchParams.keys()) {
          expect(["proxyID", "namespace", "include_eds", "sizes"]).toContain(key);
        }
      }),
    );
  });
});
