import { describe, expect, it, test } from "vitest";
import { CircuitBreaker, limitsOf } from "./circuit-breaker";

const breaker = (tcp: object, http: object = {}) => {
  const limits = limitsOf({ tcp, http });
  if (!limits) throw new Error("no limits");
  return new CircuitBreaker(limits);
};

test("a policy that limits nothing has no limits", () =>
  expect(limitsOf({ tcp: { connectTimeout: "1s" }, http: { maxRetries: 0 } })).toBeUndefined());

describe("requests over HTTP/1.1", () => {
  it("wait for a connection, as many as may", () => {
    const one = breaker({ maxConnections: 1 }, { http1MaxPendingRequests: 1 });
    expect(one.enter(0, "http1")).toBe(0);
    one.stayed(0, 0, 100);
    expect(one.enter(40, "http1")).toBe(60);
    one.stayed(40, 100, 200);
    expect(one.enter(50, "http1")).toBeUndefined();
    // At 100 the first is done and the second no longer waits.
    expect(one.enter(100, "http1")).toBe(100);
    expect(one.enter(200, "http1")).toBe(0);
  });
  it("do not wait without a limit of connections", () => {
    const open = breaker({}, { http1MaxPendingRequests: 1 });
    open.stayed(0, 0, 100);
    expect(open.enter(50, "http1")).toBe(0);
  });
});

test("requests beyond the most under way are turned away, whatever they go over", () => {
  const two = breaker({}, { http2MaxRequests: 2 });
  two.stayed(0, 0, 100);
  two.stayed(10, 10, 60);
  expect(two.enter(50, "http2")).toBeUndefined();
  expect(two.enter(50, "http1")).toBeUndefined();
  expect(two.enter(60, "http2")).toBe(0);
});

test("a connection of TCP never waits", () => {
  const one = breaker({ maxConnections: 1 });
  one.stayed(0, 0, 100);
  expect(one.enter(50, "tcp")).toBeUndefined();
  expect(one.enter(100, "tcp")).toBe(0);
});

test("so many retries are under way at once", () => {
  const one = breaker({}, { maxRetries: 1 });
  expect(one.mayRetry(0)).toBe(true);
  one.hasRetried(0, 100);
  expect(one.mayRetry(50)).toBe(false);
  expect(one.mayRetry(100)).toBe(true);
});

describe("a budget of retries", () => {
  const budgeted = (budget: object, http: object = {}) => {
    const limits = limitsOf({ http }, budget);
    if (!limits) throw new Error("no limits");
    return new CircuitBreaker(limits);
  };
  const retry = (one: CircuitBreaker, times: number): void => {
    for (let index = 0; index < times; index += 1) one.hasRetried(0, 100);
  };

  it("always lets three through, whatever the policy's own limit says", () => {
    const one = budgeted({}, { maxRetries: 1 });
    retry(one, 2);
    expect(one.mayRetry(50)).toBe(true);
    retry(one, 1);
    expect(one.mayRetry(50)).toBe(false);
  });

  it("grows with what is under way", () => {
    const half = budgeted({ percent: { value: 50 }, minRetryConcurrency: 1 });
    for (let index = 0; index < 8; index += 1) half.stayed(0, 0, 100);
    retry(half, 3);
    expect(half.mayRetry(50)).toBe(true);
    retry(half, 1);
    expect(half.mayRetry(50)).toBe(false);
    expect(half.mayRetry(100)).toBe(true);
  });
});
