import { afterEach, describe, expect, it, vi } from "vitest";
import { manualClock, realTimeClock } from "./clock";

describe("the manual clock", () => {
  it("runs what falls due in order, standing at each due time", () => {
    const clock = manualClock(1000);
    const seen: string[] = [];
    clock.every(10, (now) => seen.push(`tick ${now} ${clock.now()}`));
    clock.after(15, () => seen.push(`once ${clock.now()}`));
    clock.advance(25);
    expect(seen).toEqual(["tick 1010 1010", "once 1015", "tick 1020 1020"]);
    expect(clock.now()).toBe(1025);
  });

  it("forgets what is cancelled, even from within a tick", () => {
    const clock = manualClock(0);
    let ticks = 0;
    const stop = clock.every(1, () => {
      if (++ticks === 2) stop();
    });
    clock.advance(10);
    expect(ticks).toBe(2);
  });

  it("refuses an interval without length", () => {
    expect(() => manualClock().every(0, () => undefined)).toThrow(RangeError);
  });
});

describe("the real-time clock", () => {
  afterEach(() => vi.useRealTimers());

  it("follows the machine's time by its speed, on an exact grid", () => {
    vi.useFakeTimers();
    const clock = realTimeClock({ start: 0, speed: 10 });
    const ticks: number[] = [];
    clock.every(1000, (now) => ticks.push(now));
    vi.advanceTimersByTime(350);
    expect(ticks).toEqual([1000, 2000, 3000]);
    expect(clock.now()).toBe(3500);
    clock.stop();
    vi.advanceTimersByTime(1000);
    expect(ticks).toHaveLength(3);
  });

  it("stops, jumps and goes on, and what waits goes by the time that passes", () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    const clock = realTimeClock({ start: 1000 });
    const ticks: number[] = [];
    clock.every(10, (now) => ticks.push(now));
    vi.advanceTimersByTime(20);
    clock.jump(3_600_000);
    vi.advanceTimersByTime(10);
    clock.jump(-3_600_000);
    clock.setSpeed(2);
    vi.advanceTimersByTime(10);
    clock.setSpeed(0);
    vi.advanceTimersByTime(1000);
    clock.setSpeed(1);
    vi.advanceTimersByTime(10);
    clock.stop();
    vi.useRealTimers();
    expect(ticks).toEqual([1010, 1020, 3_601_030, 1040, 1050, 1060]);
  });

  it("lets requests in between timers that together take long", async () => {
    const clock = realTimeClock();
    const order: string[] = [];
    const busy = (name: string) => () => {
      const until = performance.now() + 20;
      while (performance.now() < until);
      order.push(name);
    };
    for (const name of ["first", "second", "third"]) clock.after(0, busy(name));
    const others = setInterval(() => order.push("other"), 1);
    await new Promise((resolve) => clock.after(1, () => resolve(undefined)));
    clearInterval(others);
    clock.stop();
    expect(order.filter((name) => name !== "other")).toEqual(["first", "second", "third"]);
    expect(order.slice(order.indexOf("first"), order.indexOf("third"))).toContain("other");
  });
});
