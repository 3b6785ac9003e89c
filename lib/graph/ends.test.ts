import { describe, expect, it } from "vitest";
import { ENDS_SEPARATOR, endsOf } from "./ends";
import { joinedEnds as joined, seriesLabels } from "./testing";

describe("the ends of a series", () => {
  it("are the same of joined labels as of the labels themselves", () => {
    const labels = seriesLabels("shop/web-v1", "shop/cart-v2");
    const ends = endsOf(labels);
    expect(endsOf(joined(labels))).toBe(ends);
    expect(ends).toMatchObject({
      about: "versions",
      source: { workload: "web-v1", namespace: "shop", app: "web", revision: "v1" },
      target: { workload: "cart-v2", host: "cart.shop.svc.cluster.local", service: "cart" },
      from: "shop/web-v1",
      workloads: "shop/web-v1>shop/cart-v2",
      byService: "shop/web-v1>cart.shop.svc.cluster.local",
    });
  });

  it("do not differ by whether a label is missing, or says that nothing is known", () => {
    const { source_workload: _, ...missing } = seriesLabels("unknown/unknown", "shop/cart-v1");
    const unknown = endsOf(seriesLabels("unknown/unknown", "shop/cart-v1"));
    expect(endsOf(missing).key).toBe(unknown.key);
    expect(unknown.source.workload).toBe("");
  });

  it("say what a series is about by the labels that it was summed by", () => {
    const all = seriesLabels("shop/web-v1", "shop/cart-v1");
    const without = (...prefixes: string[]) =>
      Object.fromEntries(
        Object.entries(all).filter(([name]) => !prefixes.some((prefix) => name.startsWith(prefix))),
      );
    const about = (labels: Record<string, string>) => endsOf(joined(labels)).about;
    expect(about(without("source_workload", "destination_workload"))).toBe("services");
    expect(about(without("source_"))).toBe("version");
    expect(about(without("source_", "destination_workload"))).toBe("service");
  });

  it("leave a host as it is, whatever stands in it", () => {
    const host = `a${ENDS_SEPARATOR}b`;
    const labels = { ...seriesLabels("shop/web-v1", "shop/cart-v1"), destination_service: host };
    expect(endsOf(joined(labels)).target).toMatchObject({ host, service: "cart" });
  });
});
