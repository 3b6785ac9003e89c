import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { makeTlsIdentity, type TlsIdentity } from "@/sandbox/api/tls-identity";
import { seconds } from "@/lib/base/units";
import { credentialSource } from "./credentials";
import { kubeconfigOf } from "./testing";
import { apiTransport } from "./transport";

let identity: TlsIdentity;
let server: ReturnType<typeof createServer>;
let port: number;
let folder: string;
let accepted = "";
let seen: (string | undefined)[] = [];

beforeAll(async () => {
  identity = await makeTlsIdentity();
  server = createServer({ cert: identity.certificate, key: identity.key }, (request, response) => {
    seen.push(request.headers.authorization);
    response.statusCode = request.headers.authorization === `Bearer ${accepted}` ? 200 : 401;
    response.end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
  folder = mkdtempSync(join(tmpdir(), "quarterdeck-test-"));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  seen = [];
});

function kubeconfig(user: string, ca = identity.ca) {
  const text = kubeconfigOf(`https://127.0.0.1:${port}`, user).replace(
    "insecure-skip-tls-verify: true",
    `certificate-authority-data: ${Buffer.from(ca).toString("base64")}`,
  );
  const file = join(folder, "config");
  writeFileSync(file, text);
  return { type: "kubeconfig", file, context: undefined } as const;
}

const ask = (transport: ReturnType<typeof apiTransport>) =>
  transport.request({ method: "POST", path: "/", body: "{}", timeout: seconds(5), doing: "ask" });

test("a token that was renewed on disk is read again when the old one is refused", async () => {
  const tokenFile = join(folder, "token");
  writeFileSync(tokenFile, "one");
  const transport = apiTransport(credentialSource(kubeconfig(`{tokenFile: "${tokenFile}"}`)));
  accepted = "one";
  await ask(transport);
  writeFileSync(tokenFile, "two");
  accepted = "two";
  await ask(transport);
  expect(seen).toEqual(["Bearer one", "Bearer one", "Bearer two"]);
  transport.close();
});

test("a token that stays refused is forbidden, asked twice at most, and told to nobody", async () => {
  accepted = "other";
  const transport = apiTransport(credentialSource(kubeconfig("{token: SENTINEL}")));
  const failure = ask(transport);
  await expect(failure).rejects.toMatchObject({ code: "forbidden" });
  await expect(failure).rejects.not.toThrow("SENTINEL");
  expect(seen).toEqual(["Bearer SENTINEL", "Bearer SENTINEL"]);
  transport.close();
});

test("a server of another authority gets no token", async () => {
  const other = await makeTlsIdentity();
  const transport = apiTransport(credentialSource(kubeconfig("{token: SENTINEL}", other.ca)));
  await expect(ask(transport)).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining("not signed by the authority") as string,
  });
  expect(seen).toEqual([]);
});

test("a kubeconfig that changed on disk is read again, with connections of its own", async () => {
  accepted = "one";
  const location = kubeconfig("{token: one}");
  const transport = apiTransport(credentialSource(location));
  await ask(transport);
  accepted = "another";
  kubeconfig("{token: another}");
  await ask(transport);
  expect(seen).toEqual(["Bearer one", "Bearer another"]);
  transport.close();
});

test.each([
  ["no file", "/nowhere/config", undefined, "There is no kubeconfig at /nowhere/config"],
  ["broken YAML", "a: [", undefined, "is not a kubeconfig"],
  ["a file of something else", "hello: world", undefined, "is not a kubeconfig"],
  ["an unknown context", undefined, "nope", "has no context nope"],
])("%s is told in one sentence", async (_name, text, context, message) => {
  const location = kubeconfig("{}");
  if (text?.startsWith("/")) Object.assign(location, { file: text });
  else if (text !== undefined) writeFileSync(location.file, text);
  await expect(credentialSource({ ...location, context }).read()).rejects.toMatchObject({
    code: "invalid",
    message: expect.stringContaining(message) as string,
    hint: expect.any(String) as string,
  });
});

test("groups to act as, which the client library would leave out, are refused", async () => {
  const location = kubeconfig("{token: a, as: someone, as-groups: [admins]}");
  await expect(credentialSource(location).read()).rejects.toMatchObject({
    code: "unsupported",
    message: expect.stringContaining("as-groups") as string,
  });
});
