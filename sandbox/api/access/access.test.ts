import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Reply, Sent } from "../testing";
import { TestApi } from "../testing";

const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const RBAC_VERSION = "rbac.authorization.k8s.io/v1";
const GROUP = "rbac.authorization.k8s.io";
const CM = "/api/v1/namespaces/bookinfo/configmaps";
const ACCOUNTS = "/api/v1/namespaces/bookinfo/serviceaccounts";

let api: TestApi;
let count = 0;
beforeAll(async () => {
  api = await TestApi.start();
});
afterAll(() => api.close());

const as = (token: string): Sent => ({ headers: { authorization: `Bearer ${token}` } });
const send = (method: string, path: string, body?: unknown, sent: Sent = {}): Promise<Reply> =>
  api.send(method, path, { ...sent, body });

async function account(): Promise<string> {
  const name = `account-${(count += 1)}`;
  await send("POST", ACCOUNTS, { metadata: { name } });
  return name;
}

async function tokenOf(name: string, spec: object = {}): Promise<string> {
  const reply = await send("POST", `${ACCOUNTS}/${name}/token`, { spec });
  return String((reply.body.status as { token?: string }).token);
}

const role = (name: string, ...rules: readonly object[]) => ({
  apiVersion: RBAC_VERSION,
  kind: "Role",
  metadata: { name },
  rules,
});
const bindingTo = (name: string, roleRef: object, subject: object) => ({
  apiVersion: RBAC_VERSION,
  kind: "RoleBinding",
  metadata: { name },
  roleRef: { apiGroup: GROUP, ...roleRef },
  subjects: [subject],
});
const accountSubject = (name: string) => ({
  kind: "ServiceAccount",
  name,
  namespace: "bookinfo",
});

async function bound(kind: string, roleName: string): Promise<string> {
  const name = await account();
  const binding = bindingTo(name, { kind, name: roleName }, accountSubject(name));
  await send("POST", `${RBAC}/namespaces/bookinfo/rolebindings`, binding);
  return tokenOf(name);
}

describe("tokens of accounts", () => {
  it("end at their time, and with their account", async () => {
    const name = await account();
    const token = await tokenOf(name, { expirationSeconds: 600 });
    expect((await api.send("GET", "/api", as(token))).code).toBe(200);
    api.clock.advance(599_000);
    expect((await api.send("GET", "/api", as(token))).code).toBe(200);
    api.clock.advance(1_000);
    expect((await api.send("GET", "/api", as(token))).code).toBe(401);
    const other = await tokenOf(name);
    await api.send("DELETE", `${ACCOUNTS}/${name}`);
    expect((await api.send("GET", "/api", as(other))).code).toBe(401);
    await send("POST", ACCOUNTS, { metadata: { name } });
    expect((await api.send("GET", "/api", as(other))).code).toBe(401);
  });

  it("are good for their audience only, and not when changed", async () => {
    const name = await account();
    const elsewhere = await tokenOf(name, { audiences: ["vault"] });
    expect((await api.send("GET", "/api", as(elsewhere))).code).toBe(401);
    const token = await tokenOf(name);
    const [head, , signature] = token.split(".");
    const claims = Buffer.from(JSON.stringify({ sub: "system:serviceaccount:kube-system:x" }));
    const forged = `${head}.${claims.toString("base64url")}.${signature}`;
    for (const wrong of [forged, `${token}x`, `${head}..`, "a.b.c", "..", "."]) {
      expect((await api.send("GET", "/api", as(wrong))).code, wrong).toBe(401);
    }
  });

  it("end with the pod that they are bound to", async () => {
    const name = await account();
    const pod = { metadata: { name: `pod-of-${name}` }, spec: { containers: [{ name: "c" }] } };
    await send("POST", "/api/v1/namespaces/bookinfo/pods", pod);
    const boundObjectRef = { kind: "Pod", apiVersion: "v1", name: pod.metadata.name };
    const token = await tokenOf(name, { boundObjectRef });
    expect((await api.send("GET", "/api", as(token))).code).toBe(200);
    await api.send("DELETE", `/api/v1/namespaces/bookinfo/pods/${pod.metadata.name}`);
    expect((await api.send("GET", "/api", as(token))).code).toBe(401);
  });

  it.each([
    [{ expirationSeconds: 60 }, 422, "less than 10 minutes"],
    [{ expirationSeconds: 2 ** 33 }, 422, "larger than 2^32 seconds"],
    [{ expirationSeconds: "soon" }, 400, "cannot unmarshal string"],
    [{ boundObjectRef: { kind: "Pod", name: "nope" } }, 404, 'pods "nope" not found'],
    [{ boundObjectRef: { kind: "Node", name: "n" } }, 400, "cannot bind token"],
  ])("are refused for %j", async (spec, code, words) => {
    const reply = await send("POST", `${ACCOUNTS}/${await account()}/token`, { spec });
    expect(reply.code).toBe(code);
    expect(reply.body.message).toContain(words);
  });
});

describe("roles", () => {
  it("grant at once, and take back at once", async () => {
    const roles = `${RBAC}/namespaces/bookinfo/roles`;
    await send(
      "POST",
      roles,
      role("readers", { apiGroups: [""], resources: ["configmaps"], verbs: ["list"] }),
    );
    const token = await bound("Role", "readers");
    expect((await api.send("GET", CM, as(token))).code).toBe(200);
    expect((await api.send("GET", `${CM}?watch=true`, as(token))).code).toBe(403);
    expect((await api.send("GET", `${CM}/x`, as(token))).code).toBe(403);
    expect((await api.send("GET", "/api/v1/configmaps", as(token))).code).toBe(403);
    await api.send("DELETE", `${roles}/readers`);
    const reply = await api.send("GET", CM, as(token));
    expect(reply.body.message).toContain(`RBAC: role.${GROUP} "readers" not found`);
  });

  it("name single objects and subresources", async () => {
    const rules = [
      { apiGroups: [""], resources: ["configmaps"], resourceNames: ["one"], verbs: ["get"] },
      { apiGroups: ["apps"], resources: ["*/scale"], verbs: ["get"] },
      { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
    ];
    await send("POST", `${RBAC}/namespaces/bookinfo/roles`, role("narrow", ...rules));
    const token = await bound("Role", "narrow");
    const get = async (path: string) => (await api.send("GET", path, as(token))).code;
    expect(await get(`${CM}/one`)).toBe(404);
    expect(await get(`${CM}/two`)).toBe(403);
    expect(await get("/apis/apps/v1/namespaces/bookinfo/deployments/d/scale")).toBe(404);
    expect(await get("/apis/apps/v1/namespaces/bookinfo/deployments/d")).toBe(403);
    expect(await get("/api/v1/namespaces/bookinfo/pods/p/log")).toBe(404);
    expect(await get("/api/v1/namespaces/bookinfo/pods/p")).toBe(403);
  });

  it("that aggregate follow what they select", async () => {
    const token = await bound("ClusterRole", "view");
    const path = "/apis/networking.istio.io/v1/namespaces/bookinfo/virtualservices";
    expect((await api.send("GET", CM, as(token))).code).toBe(200);
    expect((await api.send("GET", "/api/v1/namespaces/bookinfo/secrets", as(token))).code).toBe(
      403,
    );
    expect((await api.send("GET", path, as(token))).code).toBe(403);
    await send("POST", `${RBAC}/clusterroles`, {
      apiVersion: RBAC_VERSION,
      kind: "ClusterRole",
      metadata: { name: "mesh-view", labels: { [`${GROUP}/aggregate-to-view`]: "true" } },
      rules: [{ apiGroups: ["networking.istio.io"], resources: ["*"], verbs: ["get", "list"] }],
    });
    expect((await api.send("GET", path, as(token))).code).toBe(200);
    const edit = await api.send("GET", `${RBAC}/clusterroles/edit`);
    expect(edit.text).toContain("networking.istio.io");
    await api.send("DELETE", `${RBAC}/clusterroles/mesh-view`);
    expect((await api.send("GET", path, as(token))).code).toBe(403);
  });

  it("are not granted beyond one's own rights", async () => {
    const token = await bound("ClusterRole", "admin");
    const roles = `${RBAC}/namespaces/bookinfo/roles`;
    const mesh = { apiGroups: ["networking.istio.io"], resources: ["gateways"], verbs: ["get"] };
    const pods = { apiGroups: [""], resources: ["pods"], verbs: ["get"] };
    const reply = await send("POST", roles, role("more", mesh, pods), as(token));
    expect(reply.code).toBe(403);
    expect(reply.body.message).toMatch(
      /is attempting to grant RBAC permissions not currently held:\n\{APIGroups:\["networking.istio.io"\], Resources:\["gateways"\], Verbs:\["get"\]\}$/,
    );
    expect((await send("POST", roles, role("less", pods), as(token))).code).toBe(201);
    const bindings = `${RBAC}/namespaces/bookinfo/rolebindings`;
    const root = bindingTo(
      "root",
      { kind: "ClusterRole", name: "cluster-admin" },
      { kind: "User", name: "me" },
    );
    expect((await send("POST", bindings, root, as(token))).code).toBe(403);
    const patch = { type: "application/merge-patch+json", ...as(token) };
    expect((await send("PATCH", `${roles}/less`, { rules: [mesh] }, patch)).code).toBe(403);
  });

  it("and bindings are checked", async () => {
    const post = async (path: string, body: object) =>
      (await send("POST", `${RBAC}/${path}`, body)).body;
    const causes = (body: Record<string, unknown>) =>
      (body.details as { causes: { field: string }[] }).causes.map(({ field }) => field);
    const bad = role("a%b", { verbs: [] }, { verbs: ["get"], nonResourceURLs: ["/x"] });
    expect(causes(await post("namespaces/bookinfo/roles", bad))).toEqual([
      "metadata.name",
      "rules[0].verbs",
      "rules[0].apiGroups",
      "rules[0].resources",
      "rules[1].nonResourceURLs",
    ]);
    const wrong = bindingTo("wrong", { kind: "Foo", name: "" }, { kind: "Bar", name: "" });
    expect(causes(await post("namespaces/bookinfo/rolebindings", wrong))).toEqual([
      "roleRef.kind",
      "roleRef.name",
      "subjects[0].name",
      "subjects[0].kind",
    ]);
    const binding = bindingTo("fixed", { kind: "Role", name: "r" }, { kind: "User", name: "u" });
    const stored = await post("namespaces/bookinfo/rolebindings", binding);
    expect(stored.subjects).toEqual([{ kind: "User", apiGroup: GROUP, name: "u" }]);
    const changed = await send(
      "PATCH",
      `${RBAC}/namespaces/bookinfo/rolebindings/fixed`,
      { roleRef: { name: "other" } },
      { type: "application/merge-patch+json" },
    );
    expect(changed.body.message).toContain("cannot change roleRef");
  });
});

describe("impersonation", () => {
  const SELF = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
  const review = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" };
  const self = async (headers: Record<string, string>, sent: Sent = {}) =>
    send("POST", SELF, review, { headers: { ...sent.headers, ...headers } });

  it("takes over every part of a user", async () => {
    const { body } = await self({
      "impersonate-user": "system:serviceaccount:bookinfo:x",
      "impersonate-uid": "7",
      "impersonate-extra-acme%2fscopes": "view",
    });
    expect(body.status).toEqual({
      userInfo: {
        username: "system:serviceaccount:bookinfo:x",
        uid: "7",
        groups: [
          "system:serviceaccounts",
          "system:serviceaccounts:bookinfo",
          "system:authenticated",
        ],
        extra: { "acme/scopes": ["view"] },
      },
    });
    expect((await self({ "impersonate-group": "g" })).code).toBe(400);
    expect((await self({ "impersonate-user": "system:anonymous" })).code).toBe(403);
  });

  it("needs the right to each part", async () => {
    const rules = [
      { apiGroups: [""], resources: ["users"], resourceNames: ["bob"], verbs: ["impersonate"] },
      { apiGroups: [""], resources: ["groups"], resourceNames: ["team"], verbs: ["impersonate"] },
    ];
    const metadata = { name: "actors" };
    await send("POST", `${RBAC}/clusterroles`, {
      apiVersion: RBAC_VERSION,
      kind: "ClusterRole",
      metadata,
      rules,
    });
    const name = await account();
    await send("POST", `${RBAC}/clusterrolebindings`, {
      ...bindingTo("actors", { kind: "ClusterRole", name: "actors" }, accountSubject(name)),
      kind: "ClusterRoleBinding",
    });
    const token = as(await tokenOf(name));
    expect(
      (await self({ "impersonate-user": "bob", "impersonate-group": "team" }, token)).body.status,
    ).toEqual({
      userInfo: { username: "bob", groups: ["team", "system:authenticated"] },
    });
    const masters = { "impersonate-user": "bob", "impersonate-group": "system:masters" };
    const refused = await self(masters, token);
    expect(refused.body.message).toContain('cannot impersonate resource "groups"');
    expect((await self({ "impersonate-user": "eve" }, token)).code).toBe(403);
    expect((await self({ "impersonate-user": "bob", "impersonate-uid": "1" }, token)).code).toBe(
      403,
    );
  });
});

describe("paths that are about no objects", () => {
  it("are open to whom the default roles open them", async () => {
    const get = async (path: string, headers: Record<string, string>) =>
      (await api.send("GET", path, { headers })).code;
    const nobody = { authorization: "" };
    const bob = { "impersonate-user": "bob" };
    for (const path of ["/healthz", "/version"]) expect(await get(path, nobody)).toBe(200);
    for (const path of ["/api", "/apis", "/openapi/v3", "/"])
      expect(await get(path, nobody)).toBe(403);
    for (const path of ["/api", "/apis/apps", "/openapi/v3"])
      expect(await get(path, bob)).toBe(200);
    expect(await get("/", bob)).toBe(403);
  });
});
