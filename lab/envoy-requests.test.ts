import { expect, test } from "vitest";
import { requestsBySubset } from "./envoy-requests";

const HOST = "reviews.bookinfo.svc.cluster.local";
const PAGE = `
outbound|9080||${HOST}::default_priority::max_connections::4294967295
outbound|9080||${HOST}::10.244.1.13:9080::rq_total::3
outbound|9080|v1|${HOST}::10.244.1.13:9080::rq_total::40
outbound|9080|v1|${HOST}::10.244.1.13:9080::rq_error::1
outbound|9080|v2|${HOST}::10.244.1.14:9080::rq_total::10
outbound|9080|v2|${HOST}::10.244.1.19:9080::rq_total::5
outbound|9080|v2|ratings.bookinfo.svc.cluster.local::10.244.1.16:9080::rq_total::70
inbound|9080||::127.0.0.1:9080::rq_total::9
`;

test("requests to a service are added up by subset, over its endpoints", () => {
  expect(requestsBySubset(PAGE, HOST)).toEqual({ "": 3, v1: 40, v2: 15 });
});

test("a service that the Envoy does not know got none", () => {
  expect(requestsBySubset(PAGE, "nobody")).toEqual({});
});
