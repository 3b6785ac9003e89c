import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { instant } from "@/lib/base/units";
import { meshView } from "@/lib/mesh/view";
import { initialStatus } from "@/lib/rollout/status";
import { aRollout } from "@/lib/rollout/testing";
import type { Clock, MeshStore } from "../ports";
import { type Notifications, notifications } from "./notifications";
import type { RolloutRecord } from "./rollout-store";
import type { RolloutNews } from "./rollout-transitions";

/** Notifications over real HTTP; only the waits between tries take no time. */
const hasty: Clock = { now: () => instant(0), sleep: () => Promise.resolve() };
let server: Server | undefined;
afterEach(() => server?.close());

async function receiver(answers: readonly number[]) {
  const bodies: unknown[] = [];
  server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      bodies.push(JSON.parse(text));
      response.writeHead(answers[bodies.length - 1] ?? 204).end();
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { bodies, url: `http://127.0.0.1:${port}/hook?token=hush-hush` };
}

function told(data: Record<string, string>, namespace = "shop") {
  const map = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "quarterdeck-notifications", namespace },
    data,
  };
  const view = meshView([map]);
  const mesh: MeshStore = {
    view: () => view,
    ready: true,
    problems: () => [],
    onChange: () => () => undefined,
  };
  const lines: string[] = [];
  const line = (fields: object, message: string) => lines.push(JSON.stringify([fields, message]));
  const log = { info: line, warn: line, error: line };
  return { to: notifications({ mesh, clock: hasty, log }), lines };
}

const record: RolloutRecord = {
  ref: { namespace: "shop", name: "reviews-v2" },
  store: "configMap",
  rollout: aRollout(),
  status: initialStatus("ana", instant(0)),
  commands: [],
  resourceVersion: "1",
  suspended: false,
  deleted: false,
};
const always = () => true;

/** Stores news as a commit does, and has them delivered. */
function tell(
  to: Notifications,
  of: RolloutRecord,
  said: readonly RolloutNews[],
  mayTell = always,
): RolloutRecord {
  const stored = { ...of, status: { ...of.status, outbox: [...to.outbox(of, said)] } };
  to.send(stored, mayTell);
  return stored;
}
const news = (reason: string): RolloutNews => ({
  id: `1-${reason}`,
  reason,
  level: "Warning",
  message: "No data",
  at: 0,
  who: "judge",
});

test("each news is posted once, in order, with what is needed to act on it", async () => {
  const { bodies, url } = await receiver([]);
  const { to } = told({ url });
  tell(to, record, [news("RolloutPausedNoData"), news("RolloutRolledBack")]);
  await vi.waitFor(() => expect(to.counts().sent).toBe(2));
  expect(bodies).toMatchObject([
    {
      id: "shop/reviews-v2/1-RolloutPausedNoData",
      event: "RolloutPausedNoData",
      severity: "warning",
      message: "No data",
      steps: 4,
    },
    { event: "RolloutRolledBack" },
  ]);
});

test.each([
  ["a fault of its own passes", [503, 429, 200], { sent: 1, failed: 0, dropped: 0 }, 3],
  ["what it will not take is not sent again", [400], { sent: 0, failed: 1, dropped: 0 }, 1],
  [
    "it is tried until it is taken",
    [500, 500, 500, 500, 500, 200],
    { sent: 1, failed: 0, dropped: 0 },
    6,
  ],
])("%s", async (_, answers, counts, tries) => {
  const { bodies, url } = await receiver(answers);
  const { to, lines } = told({ url });
  tell(to, record, [news("RolloutRolledBack")]);
  await vi.waitFor(() => expect(to.counts()).toEqual(counts));
  expect(bodies).toHaveLength(tries);
  expect(lines.join()).not.toContain("hush");
});

test("only the events that are asked for are told, and the root namespace speaks for the others", async () => {
  const { bodies, url } = await receiver([]);
  const { to } = told({ url, events: "RolloutRolledBack, RolloutSucceeded" }, "istio-system");
  tell(to, record, [news("RolloutPausedNoData"), news("RolloutSucceeded")]);
  await vi.waitFor(() => expect(to.counts().sent).toBe(1));
  expect(bodies).toMatchObject([{ event: "RolloutSucceeded" }]);
});

test("the plan's own receiver is told of what it asks for, beside that of the namespace", async () => {
  const { bodies, url } = await receiver([]);
  const { to } = told({ url, events: "RolloutSucceeded" });
  const rollout = aRollout({ notifications: { url, events: ["RolloutRolledBack"] } });
  tell(to, { ...record, rollout }, [news("RolloutRolledBack"), news("RolloutSucceeded")]);
  await vi.waitFor(() => expect(to.counts().sent).toBe(2));
  expect(bodies).toMatchObject([{ event: "RolloutRolledBack" }, { event: "RolloutSucceeded" }]);
});

test("what is no URL is said without repeating it, and nobody is told", () => {
  const { to, lines } = told({ url: "hooks.example.com/hush" });
  tell(to, record, [news("RolloutRolledBack")]);
  expect(to.counts()).toEqual({ sent: 0, failed: 0, dropped: 0 });
  expect(lines.join()).toContain("shop/quarterdeck-notifications");
  expect(lines.join()).not.toContain("hush");
});

test("what was delivered is told once, and stays in the status only until the next write", async () => {
  const { bodies, url } = await receiver([]);
  const { to } = told({ url });
  const stored = tell(to, record, [news("RolloutPausedNoData")]);
  await vi.waitFor(() => expect(to.isDelivered(stored)).toBe(true));
  to.send(stored, always);
  expect(to.outbox(stored, [])).toEqual([]);
  // The write lost to another one: the notice stands there still, and is not told again.
  to.send(stored, always);
  expect(to.outbox(stored, [])).toEqual([]);
  expect(to.counts().sent).toBe(1);
  expect(bodies).toHaveLength(1);
});

test("what a process could not deliver before it ended the next one does", async () => {
  const { bodies, url } = await receiver([]);
  const first = told({ url }).to;
  const stored = tell(first, record, [news("RolloutRolledBack")], () => false);
  first.close();
  const second = told({ url }).to;
  second.send(stored, always);
  await vi.waitFor(() => expect(second.counts().sent).toBe(1));
  expect(bodies).toMatchObject([{ id: "shop/reviews-v2/1-RolloutRolledBack" }]);
});

test("a receiver that does not answer keeps nobody else waiting, and is given up after a day", async () => {
  const { bodies, url } = await receiver([]);
  const { to } = told({ url });
  const late = { ...news("RolloutSucceeded"), at: -2 * 24 * 3600 * 1000 };
  const rollout = aRollout({ notifications: { url: "http://127.0.0.1:1/closed" } });
  tell(to, { ...record, rollout }, [late]);
  await vi.waitFor(() => expect(to.counts()).toMatchObject({ sent: 1, failed: 1 }));
  expect(bodies).toMatchObject([{ event: "RolloutSucceeded" }]);
});

test("nothing is kept for whom nobody asks to be told", () => {
  const { to } = told({});
  expect(to.outbox(record, [news("RolloutRolledBack")])).toEqual([]);
});
