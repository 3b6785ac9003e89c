import { describe, expect, it, test } from "vitest";
import { Field } from "@/lib/yaml/field";
import { checkEnvoyJson, EnvoyFault } from "./envoy-json";
import { envoyMessage } from "./envoy-types";

const CLUSTER = "envoy.config.cluster.v3.Cluster";
const FILTER = "envoy.config.listener.v3.Filter";
const LUA = "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua";

/** The first fault, with its place. */
function fault(value: unknown, name = CLUSTER, isStrict = false): string | undefined {
  const message = envoyMessage(name);
  if (!message) throw new Error(`no message ${name}`);
  try {
    checkEnvoyJson(new Field(value), message, isStrict);
    return undefined;
  } catch (error) {
    if (error instanceof EnvoyFault) return `${error.at.path.join(".")}: ${error.message}`;
    throw error;
  }
}

describe("an Envoy object in JSON", () => {
  it("is taken in either spelling, with all that JSON may write otherwise", () => {
    const cluster = {
      name: "a",
      type: "STRICT_DNS",
      connectTimeout: "0.25s",
      lb_policy: 1,
      perConnectionBufferLimitBytes: "32768",
      respect_dns_ttl: null,
      load_assignment: {
        cluster_name: "a",
        endpoints: [{ lb_endpoints: [{ load_balancing_weight: 3 }, null] }],
      },
      metadata: { filter_metadata: { istio: { any: [1, { thing: null }] } } },
      typed_extension_protocol_options: {
        a: { "@type": "type.googleapis.com/google.protobuf.Duration", value: "1s" },
      },
    };
    expect(fault(cluster)).toBeUndefined();
    expect(fault(cluster, CLUSTER, true)).toBeUndefined();
  });

  test.each<[string, unknown]>([
    ["name: json: cannot unmarshal number into Go value of type string", { name: 1 }],
    ['connect_timeout: bad Duration: time: missing unit in duration "5"', { connect_timeout: "5" }],
    [
      'connect_timeout: bad Duration: time: unknown unit "x" in duration "1m5x"',
      { connect_timeout: "1m5x" },
    ],
    ['connect_timeout: bad Duration: time: invalid duration "soon"', { connect_timeout: "soon" }],
    [
      "connect_timeout: json: cannot unmarshal number into Go value of type string",
      { connect_timeout: 5 },
    ],
    [`type: unknown value "\\"NEVER\\"" for enum ${CLUSTER}.DiscoveryType`, { type: "NEVER" }],
    [
      "type: json: cannot unmarshal number 1.5 into Go value of type protoreflect.EnumNumber",
      { type: 1.5 },
    ],
    [
      "per_connection_buffer_limit_bytes: json: cannot unmarshal number -1 into Go value of type uint32",
      { per_connection_buffer_limit_bytes: -1 },
    ],
    [
      "per_connection_buffer_limit_bytes: invalid character 'b' looking for beginning of value",
      { per_connection_buffer_limit_bytes: "big" },
    ],
    [
      "filters: json: cannot unmarshal object into Go value of type []json.RawMessage",
      { filters: {} },
    ],
    [
      "load_assignment.endpoints.0.lb_endpoints.0.endpoint.address: json: cannot unmarshal string into Go value of type map[string]json.RawMessage",
      { load_assignment: { endpoints: [{ lb_endpoints: [{ endpoint: { address: "a" } }] }] } },
    ],
    [
      "typed_extension_protocol_options.a: Any JSON doesn't have '@type'",
      { typed_extension_protocol_options: { a: {} } },
    ],
    [
      "metadata.filter_metadata.istio: bad StructValue: json: cannot unmarshal number into Go value of type map[string]json.RawMessage",
      { metadata: { filter_metadata: { istio: 1 } } },
    ],
  ])("%s", (expected, value) => {
    expect(fault(value)).toBe(expected);
  });

  test("the first fault is that of the field that is declared first", () => {
    expect(fault({ type: "NEVER", name: 1 })).toMatch(/^name: /);
  });

  test("typed configuration is read by its type, however deep", () => {
    const typed = (config: object) => ({ name: "lua", typed_config: { "@type": LUA, ...config } });
    expect(fault(typed({ inlineCode: "x" }), FILTER, true)).toBeUndefined();
    expect(fault(typed({ inline_code: 1 }), FILTER)).toBe(
      `typed_config.inline_code: can't unmarshal Any nested proto ${LUA}: json: cannot unmarshal number into Go value of type string`,
    );
    expect(fault(typed({ inline: "x" }), FILTER)).toBeUndefined();
    expect(fault(typed({ inline: "x" }), FILTER, true)).toBe(
      `typed_config.inline: can't unmarshal Any nested proto ${LUA}: unknown field "inline" in envoy.extensions.filters.http.lua.v3.Lua`,
    );
    const old = "type.googleapis.com/envoy.config.filter.http.lua.v2.Lua";
    expect(fault({ typed_config: { "@type": old } }, FILTER)).toBe(
      `typed_config.@type: could not resolve Any message type: ${old}`,
    );
    // Known by its name alone.
    const other = "type.googleapis.com/envoy.service.discovery.v3.DiscoveryRequest";
    expect(fault({ typed_config: { "@type": other, any: 1 } }, FILTER, true)).toBeUndefined();
  });

  it("knows every message that a field names", () => {
    const open = [CLUSTER];
    const seen = new Set<string>();
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      if (seen.has(name)) continue;
      seen.add(name);
      for (const { name: field, type } of envoyMessage(name)?.fields ?? []) {
        expect(field).not.toBe("");
        if (type.kind === "message") open.push(type.message.name);
        if (type.kind === "scalar")
          expect(type.name).toMatch(/^(bool|string|bytes|u?int(32|64)|float(32|64)|unknown)$/);
      }
    }
    expect(seen.size).toBeGreaterThan(100);
  });
});
