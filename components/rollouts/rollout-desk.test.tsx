// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createTRPCClient, httpLink } from "@trpc/client";
import { act, type ReactNode } from "react";
import { createRoot, type Root } from "react-dom/client";
import superjson from "superjson";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { TRPCProvider } from "@/components/trpc/client";
import { aRollout, simulate } from "@/lib/rollout/testing";
import type { AppRouter } from "@/server/trpc/root";
import { OutlookFacts } from "./outlook-facts";
import { RolloutActions } from "./rollout-actions";
import type { DraftRollout } from "./rollout-draft";
import { StorageNote } from "./storage-note";
import type { RolloutDetail } from "./use-rollouts";

/** What the server answers to a procedure; what it was asked is kept. */
let answers: Readonly<Record<string, unknown>> = {};
let asked: { readonly procedure: string; readonly input: unknown }[] = [];
let host: HTMLElement;
let root: Root;

function answer(at: string, body: unknown) {
  const url = new URL(at);
  const procedure = url.pathname.split("/").at(-1) ?? "";
  const text = typeof body === "string" ? body : url.searchParams.get("input");
  asked.push({ procedure, input: text ? superjson.parse(text) : undefined });
  const data = superjson.serialize(answers[procedure]);
  return Promise.resolve(Response.json({ result: { data } }));
}

const link = httpLink({
  url: "http://127.0.0.1/api/trpc",
  transformer: superjson,
  fetch: (input, init) => answer(input instanceof Request ? input.url : String(input), init?.body),
});
const show = async (node: ReactNode) => {
  const queries = new QueryClient();
  const client = createTRPCClient<AppRouter>({ links: [link] });
  await act(async () => {
    root.render(
      <QueryClientProvider client={queries}>
        <TRPCProvider trpcClient={client} queryClient={queries}>
          {node}
        </TRPCProvider>
      </QueryClientProvider>,
    );
    await Promise.resolve();
  });
};
/** Numbers and their units are kept on one line, which matters to nobody here. */
const plain = (text: string | null) => (text ?? "").replaceAll("\u00a0", " ");
const press = async (name: string, within: ParentNode = document) => {
  const found = [...within.querySelectorAll("button")].filter(
    ({ textContent }) => plain(textContent).trim() === name,
  );
  await act(async () => {
    found.at(-1)?.click();
    await Promise.resolve();
  });
};
const sees = (text: string) =>
  vi.waitFor(async () => {
    await act(() => Promise.resolve());
    expect(plain(document.body.textContent)).toContain(text);
  });

beforeEach(() => {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  asked = [];
  host = document.createElement("div");
  document.body.append(host);
  root = createRoot(host);
});
afterEach(() => {
  act(() => root.unmount());
  host.remove();
  vi.unstubAllGlobals();
});

test("what is not taken back easily asks first, and sends what was answered", async () => {
  answers = { "rollouts.command": null };
  const rollout = aRollout();
  const { status } = simulate({ rollout, until: 70 });
  const detail = {
    ref: { namespace: "shop", name: "reviews-v2" },
    rollout,
    status,
    service: "reviews",
    stable: "v1",
    canary: "v2",
    ended: false,
    steps: [10, 25, 50, 100],
    step: 1,
    share: 25,
    readOnly: false,
  } as unknown as RolloutDetail;
  await show(<RolloutActions rollout={detail} />);
  for (const name of ["Pause", "Step back to 10 %", "Promote fully", "Stop at 25 %"]) {
    await sees(name);
  }
  await press("Stop at 25 %");
  await sees("The weights stay as they are");
  await press("Stop at 25 %", document.querySelector("dialog") ?? document);
  await vi.waitFor(() =>
    expect(asked).toContainEqual({
      procedure: "rollouts.command",
      input: expect.objectContaining({ type: "abort", ref: detail.ref }) as unknown,
    }),
  );
});

test("a pause asks for its reason and sends it along", async () => {
  const rollout = aRollout();
  const { status } = simulate({ rollout, until: 30 });
  const detail = {
    ref: { namespace: "shop", name: "reviews-v2" },
    rollout,
    status,
    service: "reviews",
    stable: "v1",
    canary: "v2",
    ended: false,
    steps: [10, 25, 50, 100],
    step: 0,
    share: 10,
    readOnly: false,
  } as unknown as RolloutDetail;
  await show(<RolloutActions rollout={detail} />);
  await press("Pause");
  await sees("Pause reviews v2 at 10 %?");
  const dialog = document.querySelector("dialog") ?? document;
  const input = dialog.querySelector("input");
  await act(async () => {
    // As a browser does it: React looks at the element's own property.
    const value = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
    value?.set?.call(input, "cold cache");
    input?.dispatchEvent(new Event("input", { bubbles: true }));
    await Promise.resolve();
  });
  await press("Pause at 10 %", dialog);
  await vi.waitFor(() =>
    expect(asked).toContainEqual({
      procedure: "rollouts.command",
      input: expect.objectContaining({ type: "pause", reason: "cold cache" }) as unknown,
    }),
  );
});

test("the last hour says what a plan means, and what it can tell", async () => {
  const past = (rate: number) => ({
    requests: 3600,
    successRate: rate,
    p50: 10,
    p95: 20,
    p99: 30,
  });
  answers = {
    "rollouts.outlook": {
      at: 0,
      window: 3_600_000,
      problem: undefined,
      stable: past(99.5),
      canary: past(99),
      checks: {
        checks: [{ verdict: "pass" }, { verdict: "fail" }],
        failed: 1,
        unknown: 0,
        why: "p99 30 ms, limit 20 ms",
        rollbacks: { runs: 40, rolledBack: 2, share: 0.05, undecided: 0 },
        window: 20_000,
      },
      callers: [{ workload: "shop/frontend", requestsPerSecond: 20 }],
      requestsPerSecond: 20,
      perStablePod: 5,
      steps: [
        {
          share: 10,
          requestsPerSecond: 2,
          requests: 120,
          perPod: 20,
          seconds: 60,
          verdictAfter: 20,
          pauses: false,
        },
      ],
      detections: [
        { ratio: 1.5, seconds: null },
        { ratio: 3, seconds: 540 },
      ],
      absolute: [],
    },
  };
  const document = { spec: {} } as unknown as DraftRollout;
  await show(<OutlookFacts document={document} names={{ stable: "v1", canary: "v2" }} />);
  await sees("failures 3 times those of v1 (0.50 %) after about 9 min; smaller ones may pass");
  await sees("1 of 2 checks on v1 would have failed: p99 30 ms, limit 20 ms");
  await sees("shop/frontend 20/s");
  await sees("of those with 20 requests 87.8 % do at first");
  await sees("more than usual:");
});

test("where rollouts are kept is told with the reasons, and the definition offered", async () => {
  answers = {
    "rollouts.storage": {
      choice: {
        store: "configMap",
        refused: [{ store: "customResource", why: "it is not installed" }],
      },
      definition: {
        state: "absent",
        why: undefined,
        mayInstall: true,
        texts: { live: "", draft: "kind: CustomResourceDefinition" },
        verdict: { type: "accepted", warnings: [] },
      },
      readOnly: false,
    },
    "rollouts.installDefinition": null,
  };
  await show(<StorageNote namespace="shop" />);
  await sees("Rollouts of shop are kept in a ConfigMap");
  await sees("Not in a CanaryRollout: it is not installed.");
  await press("Install CanaryRollout");
  await sees("Server accepts it");
  await press("Install canaryrollouts.quarterdeck.dev");
  await vi.waitFor(() =>
    expect(asked.map(({ procedure }) => procedure)).toContain("rollouts.installDefinition"),
  );
});
