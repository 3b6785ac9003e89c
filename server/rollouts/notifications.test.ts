import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { instant } from "@/lib/base/units";
import { meshView } from "@/lib/mesh/view";
import { initialStatus } from "@/lib/rollout/status";
import { aRollout } from "@/lib/rollout/testing";
import type { Clock, MeshStore } from "../ports";
import { notifications } from "./notifications";
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
  to.tell(record, [news("RolloutPausedNoData"), news("RolloutRolledBack")]);
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
  ["four times are enough", [500, 500, 500, 500], { sent: 0, failed: 1, dropped: 0 }, 4],
])("%s", async (_, answers, counts, tries) => {
  const { bodies, url } = await receiver(answers);
  const { to, lines } = told({ url });
  to.tell(record, [news("RolloutRolledBack")]);
  await vi.waitFor(() => expect(to.counts()).toEqual(counts));
  expect(bodies).toHaveLength(tries);
  expect(lines.join()).not.toContain("hush");
});

test("only the events that are asked for are told, and the root namespace speaks for the others", async () => {
  const { bodies, url } = await receiver([]);
  const { to } = told({ url, events: "RolloutRolledBack, RolloutSucceeded" }, "istio-system");
  to.tell(record, [news("RolloutPausedNoData"), news("RolloutSucceeded")]);
  await vi.waitFor(() => expect(to.counts().sent).toBe(1));
  expect(bodies).toMatchObject([{ event: "RolloutSucceeded" }]);
});

test("the plan's own receiver is told of what it asks for, beside that of the namespace", async () => {
  const { bodies, url } = await receiver([]);
  const { to } = told({ url, events: "RolloutSucceeded" });
  const rollout = aRollout({ notifications: { url, events: ["RolloutRolledBack"] } });
  to.tell({ ...record, rollout }, [news("RolloutRolledBack"), news("RolloutSucceeded")]);
  await vi.waitFor(() => expect(to.counts().sent).toBe(2));
  expect(bodies).toMatchObject([{ event: "RolloutRolledBack" }, { event: "RolloutSucceeded" }]);
});

test("what is no URL is said without repeating it, and nobody is told", () => {
  const { to, lines } = told({ url: "hooks.example.com/hush" });
  to.tell(record, [news("RolloutRolledBack")]);
  expect(to.counts()).toEqual({ sent: 0, failed: 0, dropped: 0 });
  expect(lines.join()).toContain("shop/quarterdeck-notifications");
  expect(lines.join()).not.toContain("hush");
});
