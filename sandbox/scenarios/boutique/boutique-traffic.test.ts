import { expect, test } from "vitest";
import { meshInTest } from "@/sandbox/traffic/testing";
import { scenarioContent } from "../registry";

const SECONDS = 20;

test("what leaves by the egress gateway arrives outside, and nothing of the shop fails", () => {
  const { objects, traffic } = scenarioContent("boutique", 1);
  const { requestsWithin, total } = meshInTest(objects, traffic);
  const toGateway = { reporter: "source", destination_service_name: "istio-egressgateway" };
  for (let second = 0; second < SECONDS; second += 1) requestsWithin(1000, {});
  expect(total("istio_requests_total", { ...toGateway, response_code: "200" })).toBeGreaterThan(2);
  const outside = { source_app: "istio-egressgateway", response_code: "200" };
  expect(total("istio_requests_total", outside)).toBeGreaterThan(2);
  expect(total("istio_requests_total", { response_code: "503" })).toBe(0);
});
