import { PassThrough } from "node:stream";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { AppError } from "@/lib/base/errors";
import { linesOf, watchEvent, watchEvents } from "./watch-stream";

async function* chunksOf(bytes: Uint8Array, sizes: readonly number[]) {
  let start = 0;
  for (let index = 0; start < bytes.length; index++) {
    const size = sizes[index % sizes.length] ?? 1;
    yield bytes.subarray(start, start + size);
    start += size;
  }
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of linesOf(chunks)) lines.push(line);
  return lines;
}

test("lines are the same however the bytes are cut", async () => {
  const line = fc.string({ unit: "binary", minLength: 1 }).map((text) => JSON.stringify({ text }));
  await fc.assert(
    fc.asyncProperty(
      fc.array(line),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      async (lines, sizes) => {
        const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(""));
        expect(await collect(chunksOf(bytes, sizes))).toEqual(lines);
      },
    ),
  );
});

test("a stream that ends inside a line says so, after the whole lines", async () => {
  const lines = linesOf(chunksOf(Buffer.from('{"a":1}\n{"b":'), [5]));
  expect((await lines.next()).value).toBe('{"a":1}');
  await expect(lines.next()).rejects.toMatchObject({ code: "unavailable" });
});

const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "a", namespace: "b", resourceVersion: "7" },
};
const eventOf = (value: unknown) => watchEvent(JSON.stringify(value), "watch pods");

test("added and modified objects are put, deleted ones deleted", () => {
  expect(eventOf({ type: "ADDED", object: pod })).toEqual({ type: "put", object: pod });
  expect(eventOf({ type: "MODIFIED", object: pod })).toEqual({ type: "put", object: pod });
  expect(eventOf({ type: "DELETED", object: pod })).toEqual({ type: "delete", object: pod });
});

test("bookmarks, and objects without a name, only move the cursor", () => {
  const bookmark = { kind: "Pod", apiVersion: "v1", metadata: { resourceVersion: "9" } };
  const expected = { type: "bookmark", resourceVersion: "9" };
  expect(eventOf({ type: "BOOKMARK", object: bookmark })).toEqual(expected);
  expect(eventOf({ type: "ADDED", object: bookmark })).toEqual(expected);
});

test("an ERROR event is the error of its Status", () => {
  const status = { kind: "Status", code: 410, reason: "Expired", message: "too old: 5 (1000)" };
  expect(() => eventOf({ type: "ERROR", object: status })).toThrow(AppError);
  expect(() => eventOf({ type: "ERROR", object: status })).toThrow(
    expect.objectContaining({ code: "expired" }),
  );
  expect(() => eventOf({ type: "ERROR", object: { code: 500 } })).toThrow(
    expect.objectContaining({ code: "unavailable" }),
  );
});

test.each(["<html>", '{"type":"OTHER","object":{}}', "[]", "null"])(
  "%j is no event, and is not passed over",
  (line) => {
    expect(() => watchEvent(line, "watch pods")).toThrow(
      expect.objectContaining({ code: "unavailable" }),
    );
  },
);

test("a watch that says nothing for 90 s ends, so that a new one tells; one that sends bookmarks does not", async () => {
  vi.useFakeTimers();
  try {
    const stream = new PassThrough();
    const { signal } = new AbortController();
    const server = new URL("https://cluster:6443");
    const events = watchEvents(stream, { doing: "watch pods", signal, server });
    const bookmark = { kind: "Pod", apiVersion: "v1", metadata: { resourceVersion: "9" } };
    for (let minute = 0; minute < 10; minute++) {
      const next = events.next();
      await vi.advanceTimersByTimeAsync(60_000);
      stream.write(`${JSON.stringify({ type: "BOOKMARK", object: bookmark })}\n`);
      await vi.advanceTimersByTimeAsync(0);
      expect((await next).value).toEqual({ type: "bookmark", resourceVersion: "9" });
    }
    const silence = events.next();
    await vi.advanceTimersByTimeAsync(90_000);
    expect(await silence).toEqual({ done: true, value: undefined });
    expect(stream.destroyed).toBe(true);
  } finally {
    vi.useRealTimers();
  }
});
