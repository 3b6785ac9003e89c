import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { AppError } from "@/lib/base/errors";
import { instant, millis, seconds } from "@/lib/base/units";
import { prometheusMetrics } from "./prometheus";

interface Asked {
  readonly url: string;
  readonly form: Record<string, string>;
  readonly authorization: string | undefined;
}

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** An HTTP server that answers as the test says, and what it was asked. */
async function answering(answer: (response: ServerResponse, request: IncomingMessage) => void) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      asked.push({
        url: request.url ?? "",
        form: Object.fromEntries(new URLSearchParams(body)),
        authorization: request.headers.authorization,
      });
      answer(response, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const port = (server.address() as AddressInfo).port;
  return { asked, host: `127.0.0.1:${port}` };
}

function client(url: string | undefined) {
  const told: string[] = [];
  let now = 100_000;
  const metrics = prometheusMetrics(url, {
    clock: { now: () => instant(now), sleep: () => Promise.resolve() },
    observer: { answered: () => told.push("answered"), failed: ({ code }) => told.push(code) },
  });
  return { metrics, told, pass: (ms: number) => (now += ms) };
}

const json = (value: unknown) => (response: ServerResponse) => {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(value));
};
const vector = (...values: [Record<string, string>, string][]) =>
  json({
    status: "success",
    data: {
      resultType: "vector",
      result: values.map(([metric, value]) => ({ metric, value: [100, value] })),
    },
  });

test("an instant query is a form; NaN is no data, infinity stays", async () => {
  const { asked, host } = await answering(
    vector([{ a: "1" }, "0.5"], [{ a: "2" }, "NaN"], [{ a: "3" }, "+Inf"]),
  );
  const { metrics, told } = client(`http://user:pa%20ss@${host}/prometheus`);
  expect(await metrics.query('up{a="ü"}')).toEqual([
    { labels: { a: "1" }, value: 0.5 },
    { labels: { a: "2" }, value: null },
    { labels: { a: "3" }, value: Infinity },
  ]);
  expect(asked).toEqual([
    {
      url: "/prometheus/api/v1/query",
      form: { query: 'up{a="ü"}', time: "100.000" },
      authorization: `Basic ${Buffer.from("user:pa ss").toString("base64")}`,
    },
  ]);
  expect(metrics.url).toBe(`http://${host}/prometheus/`);
  expect(told).toEqual(["answered"]);
});

test("a range query gives points in milliseconds", async () => {
  const { asked, host } = await answering(
    json({
      status: "success",
      data: {
        resultType: "matrix",
        result: [
          {
            metric: { a: "1" },
            values: [
              [10.5, "1"],
              [25.5, "NaN"],
            ],
          },
        ],
      },
    }),
  );
  const range = { start: instant(10_500), end: instant(40_500), step: seconds(15) };
  expect(await client(`http://${host}`).metrics.queryRange("up", range)).toEqual([
    {
      labels: { a: "1" },
      points: [
        { at: 10_500, value: 1 },
        { at: 25_500, value: null },
      ],
    },
  ]);
  expect(asked[0]?.form).toEqual({ query: "up", start: "10.500", end: "40.500", step: "15" });
});

test("a range of too many points is refused before it is asked", async () => {
  const { metrics } = client("http://127.0.0.1:1");
  for (const step of [0, -1, 0.1]) {
    const range = { start: instant(0), end: instant(1e9), step: millis(step) };
    await expect(metrics.queryRange("up", range)).rejects.toMatchObject({ code: "invalid" });
  }
});

test("the scrape interval is the median distance of scrapes, asked once in five minutes", async () => {
  const values = (...times: number[]) => ({ metric: {}, values: times.map((t) => [t, "1"]) });
  const { asked, host } = await answering(
    json({
      status: "success",
      data: {
        resultType: "matrix",
        // Scrapes jitter by milliseconds; the interval that was configured does not.
        result: [values(0, 15.004, 29.999, 45.003), values(1, 16, 61), values(5)],
      },
    }),
  );
  const { metrics, pass } = client(`http://${host}`);
  expect(await metrics.scrapeInterval()).toBe(15_000);
  expect(await metrics.scrapeInterval()).toBe(15_000);
  expect(asked).toHaveLength(1);
  pass(300_001);
  await metrics.scrapeInterval();
  expect(asked).toHaveLength(2);
});

test.each<[string, (response: ServerResponse) => void, string, string]>([
  [
    "a refused query",
    (response) => {
      response.statusCode = 400;
      response.end('{"status":"error","errorType":"bad_data","error":"parse error"}');
    },
    "invalid",
    "refused the query: parse error",
  ],
  ["a page of HTML", (response) => response.end("<html>"), "unavailable", "does not answer as"],
  [
    "a redirect",
    (response) => {
      response.writeHead(302, { location: "http://169.254.169.254/" }).end();
    },
    "unavailable",
    "does not answer as",
  ],
  [
    "an overload",
    (response) => {
      response.statusCode = 503;
      response.end("busy");
    },
    "unavailable",
    "cannot answer",
  ],
  ["a connection cut", (response) => response.destroy(), "unavailable", "Cannot reach Prometheus"],
  [
    "an answer without end",
    (response) => {
      const chunk = Buffer.alloc(1024 * 1024, 32);
      const more = () => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on("drain", more);
      more();
    },
    "unavailable",
    "larger than 64 MB",
  ],
])("%s is an AppError", async (_name, answer, code, message) => {
  const { host } = await answering(answer);
  const { metrics, told } = client(`http://${host}`);
  const failure = metrics.query("up");
  await expect(failure).rejects.toBeInstanceOf(AppError);
  await expect(failure).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message) as string,
  });
  expect(told).toEqual(code === "invalid" ? [] : [code]);
});

test("nothing at the address, and no address", async () => {
  const { host } = await answering(() => undefined);
  closers.splice(0).forEach((close) => close());
  await expect(client(`http://${host}`).metrics.query("up")).rejects.toMatchObject({
    code: "unavailable",
    message: `Cannot reach Prometheus at ${host}: nothing listens there`,
  });
  await expect(client(undefined).metrics.query("up")).rejects.toMatchObject({
    code: "unsupported",
  });
});

test("the caller's abort is its own reason, and no failure of Prometheus", async () => {
  const { host } = await answering(() => undefined);
  const { metrics, told } = client(`http://${host}`);
  const stop = new AbortController();
  const query = metrics.query("up", { signal: stop.signal });
  stop.abort(new Error("the page is gone"));
  await expect(query).rejects.toThrow("the page is gone");
  expect(told).toEqual([]);
});
