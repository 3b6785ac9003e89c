import { expect, test } from "vitest";
import { topology } from "../topologies/bookinfo";
import { ADDRESSES } from "../topology";
import { parseAccessLog } from "./access-log";
import { IstioMetrics } from "./istio-metrics";

const addressOf = (name: string): string =>
  ADDRESSES.pod(topology.workloads.findIndex((workload) => workload.name === name));

/** A line as an Envoy of the lab writes it. */
const line = (fields: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({
    protocol: "HTTP/1.1",
    response_code: 200,
    response_flags: "-",
    grpc_status: null,
    bytes_received: 0,
    bytes_sent: 100,
    duration: 7,
    ...fields,
  });

const OUTBOUND = line({
  upstream_cluster: "outbound|9080|v2|reviews.bookinfo.svc.cluster.local",
  upstream_host: `${addressOf("reviews-v2")}:9080`,
  upstream_principal: "spiffe://cluster.local/ns/bookinfo/sa/reviews",
});
const INBOUND = line({
  upstream_cluster: "inbound|9080||",
  downstream_remote: addressOf("productpage-v1"),
  downstream_principal: "spiffe://cluster.local/ns/bookinfo/sa/productpage",
});

function exported(...lines: readonly (readonly [pod: string, text: string])[]): string[] {
  const metrics = new IstioMetrics(topology);
  for (const [pod, text] of lines) {
    const entry = parseAccessLog(text);
    if (entry) metrics.count(pod, entry);
  }
  return metrics.text().trim().split("\n");
}
const series = (lines: readonly string[], name: string): string[] =>
  lines.filter((text) => text.startsWith(`${name}{`));

test("a client's line is reported by the source, with the version that answered", () => {
  const [requests = "", ...more] = series(
    exported(["productpage-v1-lab", OUTBOUND], ["productpage-v1-lab", OUTBOUND]),
    "istio_requests_total",
  );
  expect(more).toEqual([]);
  for (const label of [
    'reporter="source"',
    'source_workload="productpage-v1"',
    'destination_workload="reviews-v2"',
    'destination_version="v2"',
    'destination_service_name="reviews"',
    'destination_service_namespace="bookinfo"',
    'destination_principal="spiffe://cluster.local/ns/bookinfo/sa/reviews"',
    'connection_security_policy="unknown"',
    'response_code="200"',
    'request_protocol="http"',
  ]) {
    expect(requests).toContain(label);
  }
  expect(requests).toMatch(/ 2$/);
});

test("a server's line is reported by the destination, with the identity of the caller", () => {
  const [requests = ""] = series(exported(["reviews-v2-lab", INBOUND]), "istio_requests_total");
  expect(requests).toContain('reporter="destination"');
  expect(requests).toContain('source_workload="productpage-v1"');
  expect(requests).toContain('connection_security_policy="mutual_tls"');
});

test("plain text has no identity", () => {
  const plain = INBOUND.replace("spiffe://cluster.local/ns/bookinfo/sa/productpage", "");
  const [requests = ""] = series(exported(["reviews-v2-lab", plain]), "istio_requests_total");
  expect(requests).toContain('connection_security_policy="none"');
});

test("durations fall into Istio's buckets, which add up", () => {
  const lines = exported(["reviews-v2-lab", INBOUND]);
  const buckets = series(lines, "istio_request_duration_milliseconds_bucket");
  expect(buckets.find((text) => text.includes('le="5"'))).toMatch(/ 0$/);
  expect(buckets.find((text) => text.includes('le="10"'))).toMatch(/ 1$/);
  expect(buckets.find((text) => text.includes('le="+Inf"'))).toMatch(/ 1$/);
  expect(series(lines, "istio_request_duration_milliseconds_sum")[0]).toMatch(/ 7$/);
});

test("TCP is counted in connections and bytes, not in requests", () => {
  const tcp = line({
    protocol: null,
    response_code: 0,
    bytes_received: 4,
    upstream_cluster: "outbound|9000||tcp-echo.bookinfo.svc.cluster.local",
    upstream_host: `${addressOf("tcp-echo-v2")}:9000`,
  });
  const lines = exported(["productpage-v1-lab", tcp]);
  expect(series(lines, "istio_requests_total")).toEqual([]);
  expect(series(lines, "istio_tcp_received_bytes_total")[0]).toMatch(/ 4$/);
  expect(series(lines, "istio_tcp_connections_opened_total")[0]).toContain(
    'destination_workload="tcp-echo-v2"',
  );
});

test("gRPC keeps its own status", () => {
  const [requests = ""] = series(
    exported(["reviews-v2-lab", INBOUND.replace('"grpc_status":null', '"grpc_status":"14"')]),
    "istio_requests_total",
  );
  expect(requests).toContain('request_protocol="grpc"');
  expect(requests).toContain('grpc_response_status="14"');
});

test.each([
  ["what Envoy says besides", "[warning] no healthy host"],
  ["a line that was cut off", OUTBOUND.slice(0, 80)],
  ["other JSON", '{"level":"info"}'],
])("%s is no request", (_, text) => {
  expect(parseAccessLog(text)).toBeUndefined();
});

test("labels are escaped", () => {
  const odd = OUTBOUND.replace('"response_flags":"-"', '"response_flags":"a\\"b\\\\c"');
  const [requests = ""] = series(exported(["productpage-v1-lab", odd]), "istio_requests_total");
  expect(requests).toContain('response_flags="a\\"b\\\\c"');
});
