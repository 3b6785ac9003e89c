import { expect, test } from "vitest";
import { AppError } from "@/lib/base/errors";
import { type Instant, instant, type Millis, millis } from "@/lib/base/units";
import type { KubeObject } from "@/lib/k8s/object";
import type { Clock, Cluster, Page, WatchEvent } from "../ports";
import { reflect } from "./reflect";

const service = (name: string, resourceVersion = "1"): KubeObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace: "shop", uid: name, resourceVersion },
});

const page = (items: readonly KubeObject[], resourceVersion = "10", next?: string): Page => ({
  items,
  resourceVersion,
  continue: next,
});

/** Answers in turn; after the last one, tests have seen enough. */
type Step<T> = T | AppError;

/**
 * A cluster that answers from two scripts, and a clock that moves only when somebody sleeps.
 * Ends the reflector when a script runs out.
 */
function scripted(script: {
  lists: Step<Page>[];
  watches: Step<readonly (WatchEvent | AppError | Millis)[]>[];
}) {
  const stop = new AbortController();
  const asked: string[] = [];
  const slept: number[] = [];
  let now = 1_000_000;
  const clock: Clock = {
    now: (): Instant => instant(now),
    async sleep(length) {
      slept.push(length);
      now += length;
      if (slept.length > 100) stop.abort();
    },
  };
  const next = <T>(steps: Step<T>[]): T => {
    const step = steps.shift();
    if (step === undefined) {
      stop.abort();
      throw new AppError("unavailable", "the script is over");
    }
    if (step instanceof AppError) throw step;
    return step;
  };
  const cluster = {
    async list(_kind: string, options: { continue?: string; limit?: number }) {
      asked.push(`list ${options.limit ?? "all"} ${options.continue ?? ""}`.trim());
      return next(script.lists);
    },
    async *watch(_kind: string, resourceVersion: string) {
      asked.push(`watch ${resourceVersion}`);
      const events = next(script.watches);
      yield { type: "open" };
      for (const event of events) {
        if (event instanceof AppError) throw event;
        if (typeof event === "number") now += event;
        else yield event;
      }
    },
  } as unknown as Cluster;
  return { cluster, clock, stop, asked, slept };
}

async function run(script: Parameters<typeof scripted>[0]) {
  const { cluster, clock, stop, asked, slept } = scripted(script);
  const told: string[] = [];
  const needs = { cluster, clock, random: () => 0 };
  for await (const reflection of reflect("Service", needs, stop.signal)) {
    if (stop.signal.aborted) break;
    told.push(
      reflection.type === "synced"
        ? `synced ${reflection.objects.map(({ metadata }) => metadata.name).join()}`
        : reflection.type === "put" || reflection.type === "delete"
          ? `${reflection.type} ${reflection.object.metadata.name}`
          : reflection.type === "failed"
            ? `${reflection.doubted ? "doubted" : "failed"} ${reflection.error.code}`
            : reflection.type,
    );
  }
  return { told, asked, slept };
}

const error = (code: AppError["code"], retryAfter?: number) =>
  new AppError(code, code, {
    retryAfter: retryAfter === undefined ? undefined : millis(retryAfter),
  });
const put = (name: string, version: string): WatchEvent => ({
  type: "put",
  object: service(name, version),
});

test("pages are read with the version of the first, then the watch goes on from there", async () => {
  const { told, asked } = await run({
    lists: [page([service("a")], "10", "next"), page([service("b")], "11")],
    watches: [[put("c", "12"), { type: "bookmark", resourceVersion: "20" }, millis(2_000)]],
  });
  expect(told).toEqual(["synced a,b", "heard", "put c", "heard", "heard"]);
  expect(asked).toEqual(["list 500", "list 500 next", "watch 10", "watch 20"]);
});

test("a watch that ends is opened again from the last version; one that ends at once, after a rest", async () => {
  const { asked, slept } = await run({
    lists: [page([])],
    watches: [[put("a", "11"), millis(5_000)], [put("b", "12")], []],
  });
  expect(asked).toEqual(["list 500", "watch 10", "watch 11", "watch 12", "watch 12"]);
  expect(slept.slice(0, 2)).toEqual([800, 800]);
});

test("a reset in the middle loses nothing: the watch goes on from the last whole event", async () => {
  const { told, asked } = await run({
    lists: [page([])],
    watches: [
      [put("a", "11"), error("unavailable")],
      [put("b", "12"), millis(2_000)],
    ],
  });
  expect(told).toEqual([
    ...["synced ", "heard", "put a", "failed unavailable"],
    ...["heard", "put b", "heard"],
  ]);
  expect(asked).toEqual(["list 500", "watch 10", "watch 11", "watch 12"]);
});

test("a server that was away is asked for the whole list: it may be back with an older history", async () => {
  const { told, asked } = await run({
    lists: [page([service("a")], "50"), page([service("b")], "7")],
    watches: [error("unavailable"), []],
  });
  expect(told.slice(0, 4)).toEqual(["synced a", "failed unavailable", "synced b", "heard"]);
  expect(asked.slice(0, 4)).toEqual(["list 500", "watch 50", "list 500", "watch 7"]);
});

test("a server that asks for rest is not asked for the list again", async () => {
  const { asked } = await run({ lists: [page([])], watches: [error("unavailable", 3_000), []] });
  expect(asked.slice(0, 3)).toEqual(["list 500", "watch 10", "watch 10"]);
});

test("410 leads to a new list at once, and to a slow one when it comes again and again", async () => {
  const { told, asked, slept } = await run({
    lists: [page([service("a")], "10"), page([service("b")], "30"), page([], "40")],
    watches: [error("expired"), [error("expired")], error("expired")],
  });
  expect(told.slice(0, 5)).toEqual([
    ...["synced a", "failed expired", "synced b"],
    ...["heard", "failed expired"],
  ]);
  expect(asked.filter((line) => line.startsWith("list"))).toHaveLength(4);
  expect(slept).toEqual([0, 10_000, 10_000]);
});

test("a list whose later page has expired is read once more, in one piece", async () => {
  const { told, asked } = await run({
    lists: [page([service("a")], "10", "next"), error("expired"), page([service("b")], "15")],
    watches: [],
  });
  expect(told[0]).toBe("synced b");
  expect(asked).toEqual(["list 500", "list 500 next", "list all", "watch 15"]);
});

test("waits double to 5 s in the first minute and to 30 s after it", async () => {
  const { slept } = await run({
    lists: Array.from({ length: 23 }, () => page([])),
    watches: Array.from({ length: 22 }, () => error("unavailable")),
  });
  expect(slept.slice(0, 5)).toEqual([800, 1_600, 3_200, 5_000, 5_000]);
  expect(slept.slice(-2)).toEqual([30_000, 30_000]);
});

test("after two healthy minutes an outage starts with a short wait again", async () => {
  const { slept } = await run({
    lists: [page([]), page([]), page([])],
    watches: [error("unavailable"), error("unavailable"), [millis(121_000), error("unavailable")]],
  });
  expect(slept).toEqual([800, 1_600, 800]);
});

test("Retry-After is waited for, and nothing is shorter than it", async () => {
  const { slept } = await run({
    lists: [error("unavailable", 7_000), error("unavailable", 100)],
    watches: [],
  });
  expect(slept).toEqual([7_000, 1_600]);
});

test("what is forbidden is asked for about once a minute, for ever", async () => {
  const { told, slept } = await run({
    lists: [error("forbidden"), error("forbidden"), page([service("a")])],
    watches: [],
  });
  expect(told).toEqual(["failed forbidden", "failed forbidden", "synced a"]);
  expect(slept).toEqual([60_000, 60_000]);
});

test("a server that starts may not know yet what it showed before, and is asked again soon", async () => {
  const refused = [error("unsupported"), error("forbidden"), error("forbidden")];
  const { told, slept } = await run({
    lists: [page([service("a")]), ...refused, page([service("a")])],
    watches: [error("unavailable")],
  });
  const doubts = ["unsupported", "forbidden", "forbidden"].map((code) => `doubted ${code}`);
  expect(told).toEqual(["synced a", "failed unavailable", ...doubts, "synced a"]);
  expect(Math.max(...slept)).toBeLessThanOrEqual(5_000);
});

test.each([
  ["forbidden", 3],
  ["unsupported", 8],
] as const)("what stays %s is believed in the end", async (code, doubts) => {
  const { told, slept } = await run({
    lists: [page([service("a")]), ...Array.from({ length: doubts + 1 }, () => error(code))],
    watches: [error("unavailable")],
  });
  const said = told.filter((each) => each.endsWith(code));
  expect(said).toEqual([
    ...Array.from({ length: doubts }, () => `doubted ${code}`),
    `failed ${code}`,
  ]);
  expect(slept.slice(1, doubts + 1).reduce((a, b) => a + b, 0)).toBeLessThan(45_000);
});

test("a bug is not taken for an outage", async () => {
  const { cluster, clock, stop } = scripted({ lists: [], watches: [] });
  const broken = { ...cluster, list: () => Promise.reject(new TypeError("a bug")) } as Cluster;
  const loop = reflect("Service", { cluster: broken, clock, random: () => 0 }, stop.signal);
  await expect(loop.next()).rejects.toThrow("a bug");
});

test("objects are trimmed as they come in", async () => {
  const { cluster, clock, stop } = scripted({
    lists: [
      page([
        {
          ...service("a"),
          metadata: {
            ...service("a").metadata,
            annotations: {
              "kubectl.kubernetes.io/last-applied-configuration": "secret",
              kept: "1",
            },
            managedFields: [{ manager: "m", operation: "Update", apiVersion: "v1" }],
          },
        },
      ]),
    ],
    watches: [],
  });
  const loop = reflect("Service", { cluster, clock, random: () => 0 }, stop.signal);
  expect((await loop.next()).value).toEqual({
    type: "synced",
    objects: [
      { ...service("a"), metadata: { ...service("a").metadata, annotations: { kept: "1" } } },
    ],
  });
});

test("a wait ends when it is worth trying at once, and the next ones are short again", async () => {
  const stop = new AbortController();
  const slept: number[] = [];
  let tryNow = () => undefined as void;
  let lists = 0;
  const cluster = {
    list() {
      lists += 1;
      return Promise.reject(error("unsupported", 20_000));
    },
  } as unknown as Cluster;
  const clock: Clock = {
    now: () => instant(0),
    sleep: (length, signal) => {
      slept.push(length);
      if (slept.length === 3) stop.abort();
      return new Promise((_, reject) => {
        signal?.addEventListener("abort", () => reject(new Error("ended")), { once: true });
        if (signal?.aborted) reject(new Error("ended"));
      });
    },
  };
  const waits = (now: () => void) => {
    tryNow = now;
  };
  const needs = { cluster, clock, random: () => 0, waits };
  for await (const reflection of reflect("Service", needs, stop.signal)) {
    expect(reflection.type).toBe("failed");
    setTimeout(tryNow, 0);
  }
  expect([lists, slept.length]).toEqual([3, 3]);
});
