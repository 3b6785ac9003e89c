// @vitest-environment happy-dom
import { act } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Health } from "@/lib/graph/mesh-graph";
import { VerdictProofs } from "./verdict-proofs";

(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;

const HEALTH: Health = {
  state: "failing",
  rule: "error-share",
  text: "19.4 % of 216 requests/s fail; red from 5 %",
  others: [{ state: "degraded", rule: "proxies", text: "Proxy cart-1 refused configuration" }],
};

let host: HTMLElement;
let root: Root;
beforeEach(() => {
  host = document.createElement("div");
  document.body.append(host);
  root = createRoot(host);
  act(() =>
    root.render(
      <VerdictProofs
        health={HEALTH}
        subject={{
          windowSeconds: 60,
          selection: { reporter: "source", destination_service_name: "cart" },
          namespace: "shop",
          pods: [{ namespace: "shop", name: "cart-1" }],
        }}
        evidence={{ "error-share": <p>by code</p> }}
      />,
    ),
  );
});
afterEach(() => {
  act(() => root.unmount());
  host.remove();
});

describe("why something is red", () => {
  it("opens the worst verdict, and has the others beside it", () => {
    const verdicts = [...host.querySelectorAll("details")];
    expect(verdicts.map(({ open }) => open)).toEqual([true, false]);
    expect(verdicts[0]?.textContent).toMatch(/red from 5.*Rule.*Window.*last 60 s.*by code/s);
    expect(verdicts[1]?.textContent).toContain("istioctl proxy-status cart-1.shop");
  });

  it("gives each query and command to copy, by name", () => {
    const regions = [...host.querySelectorAll("[role=region]")];
    expect(regions.map((region) => region.getAttribute("aria-label"))).toEqual([
      "PromQL of these rates",
      "kubectl of the access log of a pod",
      "istioctl of the sync of cart-1",
    ]);
    expect(host.textContent).toContain("Copy PromQL of these rates");
  });
});
