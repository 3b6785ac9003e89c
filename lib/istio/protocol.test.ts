import { expect, test } from "vitest";
import { isHttp, servicePortProtocol } from "./protocol";

test.each([
  [{ name: "http" }, "HTTP"],
  [{ name: "http-web" }, "HTTP"],
  [{ name: "grpc-web-x" }, "GRPC-Web"],
  [{ name: "web" }, "Auto"],
  [{ name: "httpx" }, "Auto"],
  [{ name: "web", port: 3306 }, "TCP"],
  [{ name: "http", appProtocol: "tcp" }, "TCP"],
  [{ appProtocol: "kubernetes.io/h2c" }, "HTTP2"],
  [{ name: "http", protocol: "UDP" }, "UDP"],
  [{}, "Auto"],
])("%j speaks %s", (port, protocol) => expect(servicePortProtocol(port)).toBe(protocol));

test("HTTPS is not routed as HTTP: it is sealed", () => expect(isHttp("HTTPS")).toBe(false));
