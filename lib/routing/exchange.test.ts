import { describe, expect, it, test } from "vitest";
import type { KubeObject } from "@/lib/k8s/object";
import { anObject } from "@/lib/mesh/testing";
import { sampling } from "./chance";
import { exchange, type Reply } from "./exchange";
import { decided, routes, shop, to } from "./testing";
import { UpstreamMemory } from "./upstream-memory";

const ok: Reply = { status: 200, durationMs: 10 };
const failed: Reply = { status: 503, durationMs: 10 };

function run(more: object, replies: readonly Reply[], ...objects: readonly KubeObject[]) {
  // Of two endpoints the first, then, as far as retries may choose, the second.
  const draws = [0, 0.9, 0.9, 0.9];
  let drawn = 0;
  const chance = sampling((what) => (what === "spread" ? 0 : (draws[drawn++] ?? 0.9)));
  const mesh = shop(routes({ route: [{ destination: { host: "reviews" } }], ...more }), ...objects);
  const { action } = decided(mesh);
  if (action.type !== "forward") throw new Error("not forwarded");
  const seen: string[] = [];
  const result = exchange(action, chance, ({ endpoint }, attempt) => {
    seen.push(endpoint.address);
    return replies[attempt - 1] ?? ok;
  });
  const { status, flags, details, durationMs } = result;
  return { status, flags: flags.join(","), details, durationMs, seen };
}

test("an answer is an answer", () =>
  expect(run({}, [ok])).toEqual({
    status: 200,
    flags: "",
    details: "via_upstream",
    durationMs: 10,
    seen: ["10.0.0.1"],
  }));

describe("retries", () => {
  const retries = { attempts: 2, retryOn: "5xx" };
  it("are not for answers of the application, unless asked for", () =>
    expect(run({}, [failed])).toMatchObject({ status: 503, flags: "", seen: { length: 1 } }));
  it("go to another endpoint", () =>
    expect(run({ retries }, [failed, ok])).toMatchObject({
      status: 200,
      flags: "",
      seen: ["10.0.0.1", "10.0.0.2"],
    }));
  it("end with URX", () =>
    expect(run({ retries }, [failed, failed, failed])).toMatchObject({
      status: 503,
      flags: "URX",
      details: "via_upstream",
      seen: { length: 3 },
    }));
  it("can be switched off", () =>
    expect(run({ retries: { attempts: 0, retryOn: "5xx" } }, [failed])).toMatchObject({
      flags: "",
      seen: { length: 1 },
    }));
  it.each([
    ["gateway-error", 503, true],
    ["gateway-error", 500, false],
    ["418", 418, true],
    ["retriable-4xx", 409, true],
    ["retriable-4xx", 404, false],
    ["connect-failure", 503, false],
  ])("on %s after %d: %s", (retryOn, status, retried) =>
    expect(
      run({ retries: { attempts: 1, retryOn } }, [{ status, durationMs: 1 }, ok]).seen.length,
    ).toBe(retried ? 2 : 1),
  );
});

describe("timeouts", () => {
  const slow: Reply = { status: 200, durationMs: 5000 };
  it("end the request", () =>
    expect(run({ timeout: "1s" }, [slow])).toMatchObject({
      status: 504,
      flags: "UT",
      details: "response_timeout",
      durationMs: 1000,
    }));
  it("go for a request with all its tries", () =>
    expect(
      run({ timeout: "15ms", retries: { attempts: 5, retryOn: "5xx" } }, [failed, failed]),
    ).toMatchObject({ status: 504, flags: "UT", seen: { length: 2 } }));
  it("of a try make room for the next", () =>
    expect(
      run({ retries: { attempts: 1, perTryTimeout: "1s", retryOn: "5xx" } }, [slow, ok]),
    ).toMatchObject({ status: 200, durationMs: 1010 }));
  it("of every try end the request with URX,UT", () =>
    expect(
      run({ retries: { attempts: 1, perTryTimeout: "1s", retryOn: "5xx" } }, [slow, slow]),
    ).toMatchObject({
      status: 504,
      flags: "URX,UT",
      details: "upstream_per_try_timeout",
      durationMs: 2000,
      seen: ["10.0.0.1", "10.0.0.2"],
    }));
  it("of a try that are no shorter than the request's go for nothing", () => {
    const retries = { attempts: 1, perTryTimeout: "1s", retryOn: "5xx" };
    expect(run({ timeout: "1s", retries }, [slow])).toMatchObject({
      details: "response_timeout",
      seen: { length: 1 },
    });
  });
});

test("a connection that fails is tried again and logged as URX,UF", () => {
  const peers = anObject("PeerAuthentication", "shop/default", { mtls: { mode: "DISABLE" } });
  const tls = { host: "reviews", trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" } } };
  expect(run({}, [], peers, anObject("DestinationRule", "shop/tls", tls))).toMatchObject({
    status: 503,
    flags: "URX,UF",
    seen: [],
  });
});

test("nothing to try is UH at once", () => {
  const { action } = decided(shop(routes(to("none"))));
  if (action.type !== "forward") throw new Error("not forwarded");
  expect(
    exchange(
      action,
      sampling(() => 0),
      () => ok,
    ),
  ).toMatchObject({
    status: 503,
    flags: ["UH"],
    details: "no_healthy_upstream",
    tries: [],
  });
});

describe("what the proxy remembers of the cluster", () => {
  const policy = (trafficPolicy: object) =>
    anObject("DestinationRule", "shop/a", { host: "reviews", trafficPolicy });
  const session = (trafficPolicy: object, more: object = {}) => {
    const http = { route: [{ destination: { host: "reviews" } }], ...more };
    const { action, upstream } = decided(shop(routes(http), policy(trafficPolicy)));
    if (action.type !== "forward" || !upstream) throw new Error("not forwarded");
    const memory = new UpstreamMemory();
    return (at: number, reply: Reply) => {
      const gate = memory.gate("shop/web", upstream, at);
      const rest = gate && action.rebalance?.(gate.ejected);
      const chance = sampling(() => 0);
      const { status, flags, details } = exchange(
        { ...action, ...rest, gate },
        chance,
        () => reply,
      );
      return [status, flags.join(), details].join(" ");
    };
  };
  const slow: Reply = { status: 200, durationMs: 100 };

  it("turns away what its circuit breakers do not let in", () => {
    const ask = session({
      connectionPool: { tcp: { maxConnections: 1 }, http: { http1MaxPendingRequests: 1 } },
    });
    expect(ask(0, slow)).toBe("200  via_upstream");
    expect(ask(10, slow)).toBe("200  via_upstream");
    expect(ask(20, slow)).toBe("503 UO upstream_reset_before_response_started{overflow}");
    expect(ask(120, slow)).toBe("200  via_upstream");
  });
  it("lets a request wait no longer than its timeout", () => {
    const ask = session({ connectionPool: { tcp: { maxConnections: 1 } } }, { timeout: "0.05s" });
    ask(0, { status: 200, durationMs: 49 });
    ask(1, { status: 200, durationMs: 1 });
    expect(ask(10, { status: 200, durationMs: 49 })).toBe("504 UT response_timeout");
  });
  it("retries no more at once than it may", () => {
    const ask = session(
      { connectionPool: { http: { maxRetries: 1 } } },
      { retries: { attempts: 1, retryOn: "5xx" } },
    );
    const failing: Reply = { status: 503, durationMs: 100 };
    expect(ask(0, failing)).toBe("503 URX via_upstream");
    expect(ask(50, failing)).toBe("503 UO via_upstream");
  });
  it("ejects all that fail, where it may", () => {
    const ask = session({
      outlierDetection: { consecutive5xxErrors: 2, maxEjectionPercent: 100 },
    });
    // Of two endpoints the first is always drawn, until it is out.
    const answers = [0, 1, 2, 3, 4].map((at) => ask(at, failed));
    expect(answers.slice(0, 4)).toEqual(new Array(4).fill("503  via_upstream"));
    expect(answers[4]).toBe("503 UH no_healthy_upstream");
  });
});
