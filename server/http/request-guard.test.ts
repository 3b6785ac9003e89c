import { expect, test } from "vitest";
import { type GuardedRequest, refusalOf } from "./request-guard";

const page: GuardedRequest = {
  method: "GET",
  pathname: "/topology",
  host: "127.0.0.1:7070",
  origin: null,
  fetchSite: null,
  contentType: null,
};
const write: GuardedRequest = {
  ...page,
  method: "POST",
  pathname: "/api/trpc/config.write",
  origin: "http://127.0.0.1:7070",
  fetchSite: "same-origin",
  contentType: "application/json",
};
const here = { bound: "127.0.0.1", allowed: [] as string[] };
const status = (request: Partial<GuardedRequest>, base = page, bound = here) =>
  refusalOf({ ...base, ...request }, bound)?.status;

test.each([
  "localhost",
  "localhost:7070",
  "LOCALHOST:7070",
  "localhost.:7070",
  "127.0.0.1",
  "[::1]:7070",
])("host %s is this machine", (host) => expect(status({ host })).toBeUndefined());

test.each([
  "evil.com",
  "127.0.0.1.nip.io:7070",
  "localhost.evil.com",
  "evil.com:localhost",
  "localhost:7070@evil.com",
  "localhost, evil.com",
  "",
  null,
])("host %s is not ours", (host) => expect(status({ host })).toBe(421));

test("published names are ours, a wildcard address is none", () => {
  const published = { bound: "0.0.0.0", allowed: ["mesh.example"] };
  expect(status({ host: "mesh.example" }, page, published)).toBeUndefined();
  expect(status({ host: "0.0.0.0:7070" }, page, published)).toBe(421);
  expect(status({ host: "10.0.0.1:7070" }, page, { ...here, bound: "10.0.0.1" })).toBeUndefined();
});

test("probes reach a pod by its address, but not a loopback server", () => {
  const probe = { ...page, pathname: "/readyz", host: "10.0.0.7:7070" };
  expect(status({}, probe, { ...here, bound: "0.0.0.0" })).toBeUndefined();
  expect(status({}, probe)).toBe(421);
});

test("our own page may write", () => {
  expect(status({}, write)).toBeUndefined();
  expect(status({ contentType: "application/json; charset=utf-8" }, write)).toBeUndefined();
  expect(status({ origin: "https://127.0.0.1:7070" }, write)).toBeUndefined();
});

test("a program without a browser's headers may write", () => {
  expect(status({ origin: null, fetchSite: null }, write)).toBeUndefined();
});

test.each<[string, Partial<GuardedRequest>]>([
  ["another site", { origin: "https://evil.com" }],
  ["a sandboxed frame", { origin: "null" }],
  ["another port of this machine", { origin: "http://127.0.0.1:9999" }],
  ["a name that starts like ours", { origin: "http://127.0.0.1:7070.evil.com" }],
  ["a site without an origin", { origin: null, fetchSite: "cross-site" }],
  ["another port without an origin", { origin: null, fetchSite: "same-site" }],
])("%s may neither write nor listen", (_name, request) => {
  expect(status(request, write)).toBe(403);
  expect(status(request, { ...write, method: "GET", pathname: "/api/trpc/live.events" })).toBe(403);
});

test.each(["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", null])(
  "content of type %s, which a form could send, is refused",
  (contentType) => expect(status({ contentType }, write)).toBe(415),
);

test.each(["PUT", "DELETE", "OPTIONS", "PATCH"])("%s is not served", (method) => {
  expect(status({ method }, write)).toBe(405);
});
