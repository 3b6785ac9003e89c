import { isTrackedEnvelope } from "@trpc/server";
import { expect, test } from "vitest";
import { AppError } from "@/lib/base/errors";
import { instant } from "@/lib/base/units";
import { meshView } from "@/lib/mesh/view";
import { liveHub } from "../../live/live";
import type { Context } from "../context";
import { createCallerFactory, router } from "../init";
import { liveRouter } from "./live";
import { systemRouter } from "./system";

const namespace = (name: string) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } });

function caller(fakes: Partial<Context>) {
  const logged: unknown[] = [];
  const log = {
    info: () => undefined,
    warn: () => undefined,
    error: (fields: unknown) => void logged.push(fields),
  };
  const context = { requestId: "r1", log, ...fakes } as Context;
  const app = router({ system: systemRouter, live: liveRouter });
  const { signal } = new AbortController();
  return { api: createCallerFactory(app)(context, { signal }), logged };
}

test("namespaces are sorted names, problems say which kind cannot be read", async () => {
  const { api } = caller({
    mesh: {
      ready: true,
      view: () => meshView([namespace("shop"), namespace("default")]),
      problems: () => [{ kind: "Pod", error: new AppError("forbidden", "no", { hint: "Ask." }) }],
      onChange: () => () => undefined,
    },
  });
  expect(await api.system.namespaces()).toEqual(["default", "shop"]);
  expect(await api.system.problems()).toEqual([
    { kind: "Pod", code: "forbidden", message: "no", hint: "Ask." },
  ]);
});

test("an AppError keeps its meaning, a bug is logged with the request and tells nothing", async () => {
  const failing = (error: Error) =>
    caller({
      metrics: {
        url: undefined,
        query: () => Promise.reject(error),
        queryRange: () => Promise.reject(error),
        scrapeInterval: () => Promise.reject(error),
      },
    });
  const outage = failing(new AppError("unavailable", "Prometheus is away"));
  await expect(outage.api.system.scrapeInterval()).rejects.toMatchObject({
    code: "SERVICE_UNAVAILABLE",
    message: "Prometheus is away",
  });
  expect(outage.logged).toEqual([]);
  const bug = failing(new TypeError("a secret path"));
  await expect(bug.api.system.scrapeInterval()).rejects.toMatchObject({
    code: "INTERNAL_SERVER_ERROR",
  });
  expect(bug.logged).toMatchObject([{ path: "system.scrapeInterval", requestId: "r1" }]);
});

test("the stream gives tracked events from the last one that the page has", async () => {
  const live = liveHub("e");
  live.publish({ topic: "graph", at: instant(1) });
  live.publish({ topic: "graph", at: instant(2) });
  const { api } = caller({ live });
  for await (const event of await api.live.events({ lastEventId: "e-1" })) {
    expect(isTrackedEnvelope(event as never)).toBe(true);
    expect(Array.from(event as never).slice(0, 2)).toEqual(["e-2", { topic: "graph", at: 2 }]);
    break;
  }
  expect(live.listeners).toBe(0);
});

test("too many streams are refused", async () => {
  const { api } = caller({ live: { ...liveHub("e"), listeners: 200 } });
  await expect(api.live.events()).rejects.toMatchObject({
    code: "SERVICE_UNAVAILABLE",
    message: "200 pages are open already",
  });
});
