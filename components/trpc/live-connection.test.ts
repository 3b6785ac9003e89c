import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type ConnectionState, LiveConnection, type OpenStream } from "./live-connection";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function connection() {
  const states: ConnectionState["state"][] = [];
  const events: unknown[] = [];
  const opened: { lastEventId: string | undefined; on: Parameters<OpenStream>[1] }[] = [];
  let closed = 0;
  const stream = new LiveConnection({
    open: (lastEventId, on) => {
      opened.push({ lastEventId, on });
      return { close: () => closed++ };
    },
    since: "e-0",
    now: () => Date.now(),
    onEvent: (event) => events.push(event),
    onState: ({ state }) => states.push(state),
  });
  const last = () => {
    const { on } = opened.at(-1)!;
    return on;
  };
  return { stream, states, events, opened, last, closed: () => closed };
}

test("a stream that opens is live, and hands its events on", () => {
  const { stream, states, events, opened, last } = connection();
  stream.start();
  last().opened();
  last().event({ id: "e-1", data: { topic: "reset" } });
  expect(states).toEqual(["live"]);
  expect(events).toEqual([{ topic: "reset" }]);
  expect(opened[0]?.lastEventId).toBe("e-0");
});

test("a short loss is connecting, a long one down, and both end", () => {
  const { stream, states, last } = connection();
  stream.start();
  last().opened();
  last().lost();
  vi.advanceTimersByTime(3_900);
  last().opened();
  last().lost();
  vi.advanceTimersByTime(4_000);
  last().lost();
  last().opened();
  vi.advanceTimersByTime(60_000);
  expect(states).toEqual(["live", "connecting", "live", "connecting", "down", "live"]);
});

test("a server that never answers is down after four seconds", () => {
  const { stream, states } = connection();
  stream.start();
  vi.advanceTimersByTime(4_000);
  expect(states).toEqual(["down"]);
});

test("a stream that ended is opened again from its last event, with longer waits", () => {
  const { stream, opened, last } = connection();
  stream.start();
  last().opened();
  last().event({ id: "e-7", data: { topic: "reset" } });
  for (const wait of [500, 1_000, 2_000, 4_000, 4_000]) {
    last().ended();
    const before = opened.length;
    vi.advanceTimersByTime(wait - 1);
    expect(opened).toHaveLength(before);
    vi.advanceTimersByTime(1);
    expect(opened).toHaveLength(before + 1);
  }
  expect(opened.at(-1)?.lastEventId).toBe("e-7");
});

test("a closed connection opens nothing any more", () => {
  const { stream, opened, last, closed } = connection();
  stream.start();
  last().ended();
  stream.close();
  vi.advanceTimersByTime(60_000);
  expect(opened).toHaveLength(1);
  expect(closed()).toBe(0);
});
