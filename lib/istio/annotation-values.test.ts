import { expect, test } from "vitest";
import { ANNOTATION_CHECKS } from "./annotation-values";

const check = (name: string, value: string) => ANNOTATION_CHECKS.get(name)?.(value);

test.each([
  ["sidecar.istio.io/interceptionMode", "TPROXY"],
  ["status.sidecar.istio.io/port", " 15020"],
  ["traffic.sidecar.istio.io/includeInboundPorts", "*"],
  ["traffic.sidecar.istio.io/excludeInboundPorts", "80, 81"],
  ["traffic.sidecar.istio.io/includeOutboundIPRanges", "10.0.0.0/8,fd00::/8"],
  ["traffic.sidecar.istio.io/excludeInterfaces", "eth0, eth1"],
  ["prometheus.istio.io/merge-metrics", "T"],
  ["sidecar.istio.io/proxyMemory", "128Mi"],
  ["sidecar.istio.io/proxyCPU", ".5"],
  ["proxy.istio.io/config", "concurrency: 2"],
])("%s takes %j", (name, value) => {
  expect(check(name, value)).toBeUndefined();
});

test.each([
  ["sidecar.istio.io/interceptionMode", "FOO", /use REDIRECT,TPROXY,NONE: FOO$/],
  ["status.sidecar.istio.io/port", "99999", /parsing "99999": value out of range$/],
  ["readiness.status.sidecar.istio.io/periodSeconds", "-1", /parsing "-1": invalid syntax$/],
  ["traffic.sidecar.istio.io/excludeInboundPorts", "*", /port '\*'/],
  [
    "traffic.sidecar.istio.io/excludeOutboundIPRanges",
    "10.0.0.0/40",
    /prefix length out of range$/,
  ],
  ["traffic.sidecar.istio.io/excludeOutboundIPRanges", "10.0.0.0", /no '\/'$/],
  ["traffic.sidecar.istio.io/excludeInterfaces", "0eth", /contains invalid characters$/],
  ["prometheus.istio.io/merge-metrics", "yes", /parsing "yes": invalid syntax$/],
  ["sidecar.istio.io/proxyCPU", "1 core", /^quantities must match/],
  ["proxy.istio.io/config", "a: [1", /^failed to convert/],
  ["proxy.istio.io/config", "concurrency", /json: cannot unmarshal string into Go value/],
  ["proxy.istio.io/config", "[2]", /json: cannot unmarshal array into Go value/],
])("%s refuses %j", (name, value, words) => {
  expect(check(name, value)).toMatch(words);
});
