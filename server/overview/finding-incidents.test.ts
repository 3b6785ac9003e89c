import { describe, expect, it } from "vitest";
import type { Finding } from "@/lib/analysis/finding";
import { instant } from "@/lib/base/units";
import { findingIncidents } from "./finding-incidents";

const finding = (name: string, more: Partial<Finding> = {}): Finding => ({
  rule: "unknown-subset",
  code: "IST0101",
  aliases: [],
  level: "Error",
  kind: "VirtualService",
  namespace: "shop",
  name,
  message: "Subset v3 of cart.shop.svc is not defined. A tenth of requests gets 503.",
  path: "spec.http[0]",
  related: [],
  docs: undefined,
  ...more,
});

describe("findingIncidents", () => {
  it("says one finding in its own words, with the object to open", () => {
    const [incident, ...rest] = findingIncidents([finding("cart")], () => instant(5));
    expect(rest).toEqual([]);
    expect(incident).toMatchObject({
      status: "fail",
      title: "Subset v3 of cart.shop.svc is not defined",
      cause: "IST0101: VirtualService shop/cart. A tenth of requests gets 503.",
      since: 5,
      actions: [
        {
          label: "Open VirtualService cart",
          target: {
            page: "config",
            ref: { kind: "VirtualService", namespace: "shop", name: "cart" },
          },
        },
      ],
    });
  });

  it("gathers many of one rule, and keeps hints out", () => {
    const many = ["a", "b", "c", "d", "e", "f"].map((name) =>
      finding(name, { level: "Warning", rule: "port-name" }),
    );
    const found = findingIncidents([...many, finding("x", { level: "Info" })], () => undefined);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ status: "warn", weight: 6, since: undefined });
    expect(found[0]?.title).toMatch(/, and 5 more like it$/);
    expect(found[0]?.cause).toMatch(/VirtualService shop\/d and 2 more\.$/);
  });
});
