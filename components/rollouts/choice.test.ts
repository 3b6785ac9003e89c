import { describe, expect, test } from "vitest";
import { bystanders, choose, suggestedName, weightOf } from "./choice";
import { reviews } from "./testing";

describe("what is most likely meant", () => {
  const choice = choose([reviews], { service: "shop/reviews" });

  test("is the route of all requests, its main version, and the newest ready one without traffic", () => {
    expect(choice.route?.index).toBe(1);
    expect([choice.stable?.subset, choice.canary?.subset]).toEqual(["v1", "v9"]);
    expect(bystanders(choice).map(({ subset }) => subset)).toEqual(["v2"]);
    expect(suggestedName(choice)).toBe("reviews-v9");
  });

  test("gives way to what is asked for, also to a version without a subset", () => {
    const asked = choose([reviews], { service: "shop/reviews", stable: "v2", canary: "v1" });
    expect([asked.stable?.subset, asked.canary?.subset]).toEqual(["v2", "v1"]);
    const fresh = choose([reviews], { service: "shop/reviews", canary: "v11" });
    expect(fresh.canary).toMatchObject({ subset: undefined, labels: { version: "v11" } });
    expect(weightOf(fresh.route!, fresh.canary!)).toBe(0);
  });

  test("is nothing where no route leads to the service", () => {
    const routeless = { ...reviews, routes: [] };
    expect(choose([routeless], { service: "shop/reviews" }).stable).toBeUndefined();
  });
});
