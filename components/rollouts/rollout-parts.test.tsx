// @vitest-environment happy-dom
import { act, type ReactNode } from "react";
import { NuqsTestingAdapter } from "nuqs/adapters/testing";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { aRollout, simulate } from "@/lib/rollout/testing";
import { EvidencePanel } from "./evidence-panel";
import { LedgerPanel } from "./ledger-panel";
import { OwnerNote } from "./owner-note";
import { PRESETS } from "./rollout-draft";
import { StepCurve } from "./step-curve";
import type { RolloutDetail } from "./use-rollouts";

let host: HTMLElement;
let root: Root;
const show = (node: ReactNode): void => act(() => root.render(node));
const rows = () =>
  [...host.querySelectorAll("tbody tr")].map((row) =>
    [...row.children].map(({ textContent }) => textContent?.trim()),
  );

beforeEach(() => {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  host = document.createElement("div");
  document.body.append(host);
  root = createRoot(host);
});
afterEach(() => {
  act(() => root.unmount());
  host.remove();
  vi.unstubAllGlobals();
});

test("bars of the curve are moved by keys, as far as their neighbours let them", () => {
  const onChange = vi.fn();
  const { steps } = PRESETS.quick;
  show(<StepCurve steps={steps} hold={() => 5} onChange={onChange} fixed={false} />);
  const [first] = host.querySelectorAll("[role=slider]");
  const press = (key: string) =>
    act(() => void first?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true })));
  const sharesAfter = (key: string) => {
    press(key);
    const steps = onChange.mock.lastCall?.[0] as readonly { weight: number }[];
    return steps.map(({ weight }) => weight);
  };
  expect(first?.getAttribute("aria-valuenow")).toBe("10");
  expect(sharesAfter("ArrowUp")).toEqual([11, 25, 50, 100]);
  expect(sharesAfter("End")).toEqual([25, 25, 50, 100]);
  expect(sharesAfter("Home")).toEqual([1, 25, 50, 100]);
  onChange.mockClear();
  press("x");
  expect(onChange).not.toHaveBeenCalled();
});

function detail(rollout = aRollout()): RolloutDetail {
  const { status } = simulate({ rollout, until: 50 });
  const queries = [{ name: "Requests and failures", promql: "sum(x)" }];
  return { rollout, status, failures: 0, queries } as unknown as RolloutDetail;
}

test("limits of the threshold judge stand beside what the last check saw", () => {
  show(<EvidencePanel rollout={detail()} />);
  expect(rows().map(([name, , limit, means]) => [name, limit, means])).toEqual([
    ["Success, %", "≥ 99", "within"],
    ["p99, ms", "≤ 500", "within"],
    ["Requests in a check", "≥ 50", "enough"],
    ["Failed checks", "< 3", "within"],
  ]);
  expect(host.textContent).toContain("sum(x)");
});

test("what is limited besides stands there too, and what no number knows of", () => {
  const analysis = {
    p95: { maxMs: 1 },
    metrics: [{ name: "queue", query: "x", max: 5 }],
    successRate: { min: 99 },
  };
  show(<EvidencePanel rollout={detail(aRollout({ analysis, sticky: {} }))} />);
  const limits = rows().map(([name, , limit, means]) => [name, limit, means]);
  expect(limits).toContainEqual(["p95, ms", "≤ 1", "beyond"]);
  expect(limits).toContainEqual(["queue", "≤ 5", "no data"]);
  expect(host.textContent).toContain("one with many requests weighs as much as many with one");
});

test("a check that failed can be opened: its query, its numbers and their limits", () => {
  const entry = {
    at: 0,
    who: "judge",
    level: "warn",
    title: "Check failed, 1 of 3",
    evidence: {
      queries: { requests: "sum(increase(x[20s]))" },
      values: { successRate: 95, p99: null },
      limits: { successRate: 99 },
    },
    before: [{ key: "a", label: "v1", role: "stable", weight: 90 }],
    after: [{ key: "a", label: "v1", role: "stable", weight: 100 }],
  };
  const rollout = { status: { ledger: [entry] } } as unknown as RolloutDetail;
  show(
    <NuqsTestingAdapter>
      <LedgerPanel rollout={rollout} />
    </NuqsTestingAdapter>,
  );
  expect(host.querySelector("summary")?.textContent).toBe("Query and numbers");
  for (const text of ["95, limit 99", "sum(increase(x[20s]))", "v1 90 before, v1 100 after"]) {
    expect(host.textContent).toContain(text);
  }
});

test("bets of the sequential judge stand beside what they must reach", () => {
  show(<EvidencePanel rollout={detail(aRollout({ analysis: { judge: "sequential" } }))} />);
  expect(rows().map(([name, , limit]) => [name, limit])).toContainEqual([
    "Fails more often than stable",
    "100",
  ]);
  expect(rows().map(([name, , limit]) => [name, limit])).toContainEqual([
    "Does not fail twice as often",
    "20",
  ]);
});

test("an owner in Git is named, with what it must leave alone; who wrote is told otherwise", () => {
  const object = "VirtualService shop/reviews";
  const owned = {
    object,
    owner: { tool: "Argo CD", name: "shop" },
    controllers: [],
    managers: ["argocd-controller"],
  };
  show(<OwnerNote owners={[owned]} drift="reassert" />);
  expect(host.textContent).toContain("Argo CD owns VirtualService shop/reviews (shop)");
  expect(host.textContent).toContain(".spec.http[].route[].weight");
  const plain = { object, owner: undefined, controllers: [], managers: ["kubectl"] };
  show(<OwnerNote owners={[plain]} drift="reassert" />);
  expect(host.textContent).toBe(`${object} was written so far by kubectl.`);
  show(<OwnerNote owners={[{ ...plain, controllers: ["Canary reviews"] }]} drift="pause" />);
  expect(host.textContent).toContain(`Canary reviews controls ${object}`);
  expect(host.textContent).toContain("the rollout pauses and leaves them");
});
