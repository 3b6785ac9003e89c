import { expect, test } from "vitest";
import { parseEnvironment } from "./env";

test("without variables nothing is touched and only this machine is served", () => {
  expect(parseEnvironment({})).toMatchObject({
    host: "127.0.0.1",
    port: 7070,
    allowedHosts: [],
    cluster: undefined,
    prometheus: undefined,
    readOnly: false,
    driver: true,
    development: false,
  });
});

test("empty variables are unset ones", () => {
  expect(
    parseEnvironment({
      QUARTERDECK_KUBECONFIG: "",
      QUARTERDECK_CONTEXT: "",
      QUARTERDECK_IN_CLUSTER: "",
      QUARTERDECK_PROMETHEUS: "",
      QUARTERDECK_READ_ONLY: "",
    }),
  ).toMatchObject({ cluster: undefined, prometheus: undefined, readOnly: false });
});

test("a cluster is named by its kubeconfig, context or pod", () => {
  expect(
    parseEnvironment({ QUARTERDECK_KUBECONFIG: "/k", QUARTERDECK_CONTEXT: "c" }).cluster,
  ).toEqual({ type: "kubeconfig", file: "/k", context: "c" });
  expect(parseEnvironment({ QUARTERDECK_CONTEXT: "c" }).cluster).toEqual({
    type: "kubeconfig",
    file: undefined,
    context: "c",
  });
  expect(parseEnvironment({ QUARTERDECK_IN_CLUSTER: "true" }).cluster).toEqual({
    type: "in-cluster",
  });
});

test("host names are trimmed and in lower case", () => {
  const { allowedHosts } = parseEnvironment({ QUARTERDECK_ALLOWED_HOSTS: " Mesh.example, b ," });
  expect(allowedHosts).toEqual(["mesh.example", "b"]);
});

test.each([
  ["QUARTERDECK_PORT", "99999"],
  ["QUARTERDECK_PORT", "http"],
  ["QUARTERDECK_READ_ONLY", "yes"],
  ["QUARTERDECK_PROMETHEUS", "prometheus:9090"],
  ["QUARTERDECK_PROMETHEUS", "file:///etc/passwd"],
])("%s=%s is refused by name", (name, text) => {
  expect(() => parseEnvironment({ [name]: text })).toThrow(name);
});

test("two clusters are one too many", () => {
  expect(() => parseEnvironment({ QUARTERDECK_IN_CLUSTER: "1", QUARTERDECK_CONTEXT: "c" })).toThrow(
    "excludes",
  );
});
