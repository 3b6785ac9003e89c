import { expect, test } from "vitest";
import { instant } from "@/lib/base/units";
import type { LiveEvent } from "../ports";
import { liveHub } from "./live";

const graph = (at: number): LiveEvent => ({ topic: "graph", at: instant(at) });

function open(hub: ReturnType<typeof liveHub>, lastEventId?: string) {
  const stop = new AbortController();
  const events = hub.events(lastEventId, stop.signal)[Symbol.asyncIterator]();
  return {
    stop: () => stop.abort(),
    async next() {
      const result = (await events.next()) as IteratorResult<unknown, undefined>;
      return result.done ? "end" : result.value;
    },
  };
}

test("a new page is told to start over, then gets each event with its id", async () => {
  const hub = liveHub("e");
  hub.publish(graph(1));
  const page = open(hub);
  expect(await page.next()).toEqual({ id: "e-1", event: { topic: "reset" } });
  hub.publish(graph(2));
  hub.publish(graph(3));
  expect(await page.next()).toEqual({ id: "e-2", event: graph(2) });
  expect(await page.next()).toEqual({ id: "e-3", event: graph(3) });
});

test("a page that comes back gets exactly what it missed", async () => {
  const hub = liveHub("e");
  for (let at = 1; at <= 5; at++) hub.publish(graph(at));
  const page = open(hub, "e-3");
  expect(await page.next()).toEqual({ id: "e-4", event: graph(4) });
  expect(await page.next()).toEqual({ id: "e-5", event: graph(5) });
  hub.publish(graph(6));
  expect(await page.next()).toEqual({ id: "e-6", event: graph(6) });
});

test.each(["old-3", "e-1", "e-99", "e-x", "", "e"])(
  "id %j is from before a restart, too old or no id: the page starts over",
  async (lastEventId) => {
    const hub = liveHub("e", 3);
    for (let at = 1; at <= 5; at++) hub.publish(graph(at));
    expect(await open(hub, lastEventId).next()).toEqual({
      id: "e-5",
      event: { topic: "reset" },
    });
  },
);

test("a page that starts from the newest id is not told to start over", async () => {
  const hub = liveHub("e");
  expect(hub.lastEventId).toBe("e-0");
  hub.publish(graph(1));
  const page = open(hub, hub.lastEventId);
  hub.publish(graph(2));
  expect(await page.next()).toEqual({ id: "e-2", event: graph(2) });
});

test("events that come while a page replays are not lost", async () => {
  const hub = liveHub("e");
  hub.publish(graph(1));
  const page = open(hub, "e-0");
  expect(await page.next()).toMatchObject({ id: "e-1" });
  hub.publish(graph(2));
  expect(await page.next()).toMatchObject({ id: "e-2" });
});

test("demand follows the first and the last page", async () => {
  const hub = liveHub("e");
  const told: boolean[] = [];
  hub.onDemand((wanted) => told.push(wanted));
  const first = open(hub);
  const second = open(hub);
  await Promise.all([first.next(), second.next()]);
  expect(hub.listeners).toBe(2);
  first.stop();
  expect(await first.next()).toBe("end");
  expect(told).toEqual([true]);
  second.stop();
  expect(await second.next()).toBe("end");
  expect(told).toEqual([true, false]);
  expect(hub.listeners).toBe(0);
});

test("a page that reads nothing is told to start over instead of filling memory", async () => {
  const hub = liveHub("e");
  const page = open(hub);
  await page.next();
  for (let at = 1; at <= 1_030; at++) hub.publish(graph(at));
  expect(await page.next()).toEqual({ id: "e-1025", event: { topic: "reset" } });
  expect(await page.next()).toMatchObject({ id: "e-1026" });
});

test("closing the hub ends every page, and those that come later", async () => {
  const hub = liveHub("e");
  const page = open(hub);
  await page.next();
  const waiting = page.next();
  hub.close();
  expect(await waiting).toBe("end");
  const late = open(hub);
  await late.next();
  expect(await late.next()).toBe("end");
});
