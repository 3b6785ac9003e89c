import { describe, expect, test } from "vitest";
import { instant } from "@/lib/base/units";
import { LATE_AFTER, NOTHING_TO_SEND, propagationOf, proxyCause } from "./proxy-state";
import type { ProxySync, SyncState, TypeSync } from "./sync-status";
import type { XdsType } from "./xds-type";

const NOW = instant(1_000_000);

function proxy(
  id: string,
  given: Partial<Record<XdsType, readonly [state: SyncState, ageMs?: number]>> = {},
): ProxySync {
  const one = (type: XdsType): TypeSync => {
    const [state, age = 60_000] = given[type] ?? (type === "ECDS" ? ["ignored"] : ["synced"]);
    return {
      state,
      sentAt: state === "ignored" ? undefined : instant(NOW - age),
      sent: "n",
      error: state === "refused" ? "no" : undefined,
    };
  };
  return {
    id,
    pod: id,
    namespace: "shop",
    cluster: "Kubernetes",
    type: "sidecar",
    version: "1.30.1",
    istiod: "istiod-1",
    others: {},
    types: {
      CDS: one("CDS"),
      LDS: one("LDS"),
      EDS: one("EDS"),
      RDS: one("RDS"),
      ECDS: one("ECDS"),
    },
  };
}

describe("proxyCause", () => {
  test.each([
    ["all acknowledged", {}, "synced", "Synced"],
    ["one refusal", { LDS: ["refused"] }, "refused", "Listeners refused"],
    [
      "a refusal counts more than silence",
      { LDS: ["refused"], RDS: ["stale"] },
      "refused",
      "Listeners refused",
    ],
    [
      "two refusals",
      { CDS: ["refused"], LDS: ["refused"] },
      "refused",
      "Clusters and listeners refused",
    ],
    ["sent a moment ago", { RDS: ["stale", 400] }, "pending", "Push under way"],
    ["silent for long", { RDS: ["stale", 60_000] }, "late", "No answer to routes"],
    [
      "silent on everything",
      { CDS: ["stale"], LDS: ["stale"], EDS: ["stale"], RDS: ["stale"] },
      "late",
      "No answer to any push",
    ],
    ["nothing to send is no fault", { RDS: ["not-sent"] }, "synced", "Synced"],
  ] as const)("%s", (_name, types, state, title) => {
    expect(proxyCause(proxy("a", types), NOW)).toMatchObject({ state, title });
  });

  test("is late from exactly the limit on, counted from the oldest unanswered push", () => {
    const cause = (age: number) =>
      proxyCause(proxy("a", { RDS: ["stale", age], LDS: ["stale", 100] }), NOW);
    expect(cause(LATE_AFTER - 1).state).toBe("pending");
    expect(cause(LATE_AFTER)).toMatchObject({ state: "late", since: instant(NOW - LATE_AFTER) });
  });

  test("an istiod that does not say when it sent makes nobody late", () => {
    const silent = proxy("a", { RDS: ["stale"] });
    const types = { ...silent.types, RDS: { ...silent.types.RDS, sentAt: undefined } };
    expect(proxyCause({ ...silent, types }, NOW).state).toBe("pending");
  });
});

describe("propagationOf", () => {
  test("nobody holds a change of which no istiod was heard, however long ago it was made", () => {
    const change = { at: instant(0), isSentAfter: () => false, isUnheard: true };
    const reading = propagationOf([proxy("a")], instant(10 * NOTHING_TO_SEND), change);
    expect(reading).toMatchObject({ pushed: false, synced: 0, total: 1 });
  });

  test("counts who holds the newest push, and names the others, refusing ones first", () => {
    const reading = propagationOf(
      [
        proxy("a"),
        proxy("b", { RDS: ["stale", 300] }),
        proxy("c", { LDS: ["refused", 200] }),
        proxy("d", { RDS: ["stale", 20_000] }),
      ],
      NOW,
    );
    expect(reading).toEqual({
      pushed: true,
      synced: 1,
      total: 4,
      refused: 1,
      waiting: 2,
      stragglers: [
        expect.objectContaining({ id: "c", state: "refused", title: "Listeners refused" }),
        expect.objectContaining({ id: "d", state: "late", title: "No answer to routes" }),
        expect.objectContaining({ id: "b", state: "pending" }),
      ],
      pushedAt: instant(NOW - 200),
    });
  });

  test("of no proxies nothing is pushed", () => {
    expect(propagationOf([], NOW)).toEqual({
      pushed: false,
      synced: 0,
      total: 0,
      refused: 0,
      waiting: 0,
      stragglers: [],
      pushedAt: undefined,
    });
  });

  const change = (ageMs: number) => {
    const at = instant(NOW - ageMs);
    return {
      at,
      isSentAfter: ({ types }: ProxySync, type: XdsType) => (types[type].sentAt ?? 0) >= at,
    };
  };

  test("until istiod pushes, nobody holds the change that is followed", () => {
    const before = [proxy("a"), proxy("b")];
    expect(propagationOf(before, NOW, change(50))).toMatchObject({
      pushed: false,
      synced: 0,
      total: 2,
    });
  });

  test("then it counts those whom the change was sent to", () => {
    const during = [
      proxy("a", { RDS: ["synced", 300] }),
      proxy("b", { RDS: ["stale", 300] }),
      proxy("not-concerned"),
    ];
    expect(propagationOf(during, NOW, change(400))).toMatchObject({
      pushed: true,
      synced: 1,
      total: 2,
      stragglers: [{ id: "b", state: "pending" }],
    });
  });

  test("a refusal of before the change does not keep a proxy from taking it", () => {
    const during = [proxy("a", { LDS: ["refused", 60_000], RDS: ["synced", 300] })];
    expect(propagationOf(during, NOW, change(400))).toMatchObject({ synced: 1, refused: 0 });
    expect(propagationOf(during, NOW, change(70_000))).toMatchObject({ synced: 0, refused: 1 });
  });

  test("a change that istiod never pushes leaves nothing to wait for", () => {
    const after = [proxy("a"), proxy("b")];
    expect(propagationOf(after, NOW, change(NOTHING_TO_SEND))).toMatchObject({
      pushed: false,
      synced: 2,
      total: 2,
    });
  });
});
