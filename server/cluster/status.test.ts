import { expect, test } from "vitest";
import { statusError } from "./status";

test.each([
  [400, "invalid"],
  [401, "forbidden"],
  [403, "forbidden"],
  [404, "not-found"],
  [409, "conflict"],
  [410, "expired"],
  [415, "unsupported"],
  [418, "invalid"],
  [422, "invalid"],
  [429, "unavailable"],
  [500, "unavailable"],
  [503, "unavailable"],
  [504, "timeout"],
])("status %i is %s", (status, code) => {
  expect(statusError(status, "", "list pods").code).toBe(code);
});

test("a Status object gives its message, fields at fault and wait", () => {
  const error = statusError(
    422,
    JSON.stringify({
      kind: "Status",
      code: 422,
      message: "VirtualService is invalid",
      details: {
        retryAfterSeconds: 3,
        causes: [{ reason: "FieldValueInvalid", field: "spec.http[0]", message: "is bad" }],
      },
    }),
    "patch VirtualService shop/reviews",
  );
  expect({ ...error, message: error.message }).toMatchObject({
    code: "invalid",
    message: "Cannot patch VirtualService shop/reviews: VirtualService is invalid",
    retryAfter: 3_000,
    causes: [{ field: "spec.http[0]", message: "is bad" }],
  });
});

test("strict decoding of a patch names the fields, not the object that the server quotes", () => {
  const message =
    'Invalid value: "{\\"spec\\":{\\"htp\\":[]}}": strict decoding error: unknown field "spec.htp"';
  const body = {
    kind: "Status",
    code: 422,
    reason: "Invalid",
    message: ` "" is invalid: patch: ${message}`,
    details: { causes: [{ reason: "FieldValueInvalid", field: "patch", message }] },
  };
  const error = statusError(422, body, "patch it");
  expect(error.causes).toEqual([{ field: "spec.htp", message: "unknown field" }]);
  expect(error.message).toBe('Cannot patch it: strict decoding error: unknown field "spec.htp"');
});

test("the fields that strict decoding does not know are named, though only in the message", () => {
  const message =
    'strict decoding error: unknown field "spec.http[0].rout", duplicate field "spec.hosts"';
  expect(statusError(400, { kind: "Status", code: 400, message }, "write").causes).toEqual([
    { field: "spec.http[0].rout", message: "unknown field" },
    { field: "spec.hosts", message: "duplicate field" },
  ]);
});

test("Retry-After is believed up to an hour", () => {
  expect(statusError(429, "", "list pods", "2").retryAfter).toBe(2_000);
  expect(statusError(429, "", "list pods", "86400").retryAfter).toBeUndefined();
  expect(statusError(429, "", "list pods", "soon").retryAfter).toBeUndefined();
});

test("what is no Status, such as a proxy's page, is not echoed", () => {
  expect(statusError(502, "<html><script>alert(1)</script>", "list pods").message).toBe(
    "Cannot list pods: the API server answered 502",
  );
});
