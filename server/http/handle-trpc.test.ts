import { expect, test } from "vitest";
import { handleTrpc } from "./handle-trpc";

/** Refusals come before anything else is looked at: no runtime is made. */
const refused = async (headers: Record<string, string>) => {
  const url = "http://127.0.0.1:7070/api/trpc/config.apply";
  const request = new Request(url, { method: "POST", headers });
  const response = await handleTrpc(request);
  const { error } = (await response.json()) as { error: { code: string } };
  return {
    status: response.status,
    code: error.code,
    cache: response.headers.get("cache-control"),
  };
};

test("a request of unknown length is refused, as is one that is too large", async () => {
  expect(await refused({})).toEqual({ status: 411, code: "invalid", cache: "no-store" });
  expect(await refused({ "content-length": "5000000" })).toEqual({
    status: 413,
    code: "invalid",
    cache: "no-store",
  });
});
