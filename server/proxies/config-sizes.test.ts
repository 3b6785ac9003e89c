import { expect, test } from "vitest";
import { AppError } from "@/lib/base/errors";
import { instant } from "@/lib/base/units";
import { envoyClient } from "../envoy/envoy-client";
import { configSizes } from "./config-sizes";

const pods = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ namespace: "shop", name: `cart-${index}` }));

test("a few proxies are asked at once, each once, and one that is silent says so", async () => {
  let open = 0;
  let most = 0;
  const asked: string[] = [];
  const envoy = envoyClient({
    async podRequest({ name }) {
      asked.push(name);
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => setTimeout(resolve, 1));
      open -= 1;
      if (name === "cart-3") throw new AppError("timeout", "cart-3 did not answer within 15 s");
      return { status: 200, body: JSON.stringify({ configs: [], pad: "é" }) };
    },
  });
  const clock = { now: () => instant(0), sleep: () => Promise.resolve() };
  const sizes = configSizes({ envoy, clock });
  const [first, again] = await Promise.all([sizes.of(pods(20)), sizes.of(pods(20))]);
  expect(again).toEqual(first);
  expect(most).toBeLessThanOrEqual(4);
  expect(asked).toHaveLength(20);
  expect(first[0]).toMatchObject({ bytes: 25, problem: undefined });
  expect(first[3]).toMatchObject({ bytes: null, problem: "cart-3 did not answer within 15 s" });
  await sizes.of(pods(20));
  expect(asked.slice(20)).toEqual(["cart-3"]);
  sizes.close();
});
