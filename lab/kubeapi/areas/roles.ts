import assert from "node:assert/strict";
import { type Answer, at, listAt, textAt } from "../api-connection";
import { area, type Bench } from "../behaviour";
import { configMap, created } from "../objects";

const RBAC = "rbac.authorization.k8s.io/v1";

/** A ServiceAccount that may read ConfigMaps of the bench's namespace if `bound`, and a token of it. */
async function account(bench: Bench, bound: boolean): Promise<{ name: string; token: string }> {
  const name = bench.name();
  await created(bench, "serviceaccounts", {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name },
  });
  if (bound) {
    await created(bench, `${RBAC}/roles`, {
      apiVersion: RBAC,
      kind: "Role",
      metadata: { name },
      rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list", "watch"] }],
    });
    await created(bench, `${RBAC}/rolebindings`, {
      apiVersion: RBAC,
      kind: "RoleBinding",
      metadata: { name },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
      subjects: [{ kind: "ServiceAccount", name, namespace: bench.namespace }],
    });
  }
  const answer = await requestToken(bench, name);
  assert.equal(answer.status, 201, answer.text.slice(0, 200));
  return { name, token: textAt(answer.json, "status.token") };
}

const requestToken = (bench: Bench, name: string) =>
  bench.api.post(`${bench.path("serviceaccounts", name)}/token`, {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    spec: { expirationSeconds: 600 },
  });

/** The authorizer learns of roles and bindings by watches: the first yes may take a moment. */
async function eventually(ask: () => Promise<Answer>, status: number): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    const answer = await ask();
    if (answer.status === status || tries === 40) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const userOf = (bench: Bench, name: string) => `system:serviceaccount:${bench.namespace}:${name}`;

export const roles = area("roles", (it) => {
  it("a token request answers with a token and when it ends", async (bench) => {
    const name = bench.name();
    await created(bench, "serviceaccounts", {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name },
    });
    const { status, json } = await requestToken(bench, name);
    assert.equal(status, 201);
    assert.equal(textAt(json, "status.token").split(".").length, 3);
    assert.notEqual(textAt(json, "status.expirationTimestamp"), "");
  });
  it("an account without a role may nothing", async (bench) => {
    const { name, token } = await account(bench, false);
    const { status, json } = await bench.api.get(bench.path("configmaps"), { token });
    assert.equal(status, 403);
    assert.equal(
      textAt(json, "message"),
      `configmaps is forbidden: User "${userOf(bench, name)}" cannot list resource "configmaps" in API group "" in the namespace "${bench.namespace}"`,
    );
  });
  it("a Role allows what it names", async (bench) => {
    const { token } = await account(bench, true);
    const list = () => bench.api.get(bench.path("configmaps"), { token });
    assert.equal((await eventually(list, 200)).status, 200);
  });
  it("a Role does not allow other verbs, kinds or namespaces", async (bench) => {
    const { token } = await account(bench, true);
    await eventually(() => bench.api.get(bench.path("configmaps"), { token }), 200);
    const write = await bench.api.post(bench.path("configmaps"), configMap(bench.name()), {
      token,
    });
    assert.equal(write.status, 403);
    assert.equal((await bench.api.get(bench.path("secrets"), { token })).status, 403);
    const elsewhere = await bench.api.get("/api/v1/namespaces/default/configmaps", { token });
    assert.equal(elsewhere.status, 403);
  });
  it("an account is told who it is", async (bench) => {
    const { name, token } = await account(bench, false);
    const { json } = await bench.api.post(
      "/apis/authentication.k8s.io/v1/selfsubjectreviews",
      { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" },
      { token },
    );
    assert.equal(textAt(json, "status.userInfo.username"), userOf(bench, name));
    const groups = at(json, "status.userInfo.groups") as readonly string[];
    assert.ok(groups.includes(`system:serviceaccounts:${bench.namespace}`));
  });
  it("an account may not impersonate", async (bench) => {
    const { token } = await account(bench, false);
    const { status, json } = await bench.api.get(bench.path("configmaps"), {
      token,
      headers: { "Impersonate-User": "alice" },
    });
    assert.equal(status, 403);
    assert.match(textAt(json, "message"), /cannot impersonate/);
  });
  it("a token review knows a token of an account, and refuses another", async (bench) => {
    const { name, token } = await account(bench, false);
    const review = (value: string) =>
      bench.api.post("/apis/authentication.k8s.io/v1/tokenreviews", {
        apiVersion: "authentication.k8s.io/v1",
        kind: "TokenReview",
        spec: { token: value },
      });
    const known = await review(token);
    assert.equal(known.status, 201);
    assert.equal(at(known.json, "status.authenticated"), true);
    assert.equal(textAt(known.json, "status.user.username"), userOf(bench, name));
    assert.notEqual(at((await review("wrong")).json, "status.authenticated"), true);
  });
  it("a subject access review follows the roles", async (bench) => {
    const { name } = await account(bench, true);
    const review = (verb: string) =>
      bench.api.post("/apis/authorization.k8s.io/v1/subjectaccessreviews", {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SubjectAccessReview",
        spec: {
          user: userOf(bench, name),
          resourceAttributes: { verb, resource: "configmaps", namespace: bench.namespace },
        },
      });
    let allowed = false;
    for (let tries = 0; tries < 40 && !allowed; tries += 1) {
      allowed = at((await review("list")).json, "status.allowed") === true;
    }
    assert.equal(allowed, true);
    assert.equal(at((await review("delete")).json, "status.allowed"), false);
  });
  it("a local subject access review answers for its namespace", async (bench) => {
    const { status, json } = await bench.api.post(
      bench.path("authorization.k8s.io/v1/localsubjectaccessreviews"),
      {
        apiVersion: "authorization.k8s.io/v1",
        kind: "LocalSubjectAccessReview",
        spec: {
          user: "nobody",
          resourceAttributes: {
            verb: "get",
            resource: "secrets",
            namespace: bench.namespace,
          },
        },
      },
    );
    assert.equal(status, 201);
    assert.equal(at(json, "status.allowed"), false);
  });
});

export const impersonation = area("impersonation", (it) => {
  it("an administrator becomes a user who may nothing", async (bench) => {
    const { status, json } = await bench.api.get(bench.path("configmaps"), {
      headers: { "Impersonate-User": "alice" },
    });
    assert.equal(status, 403);
    assert.match(textAt(json, "message"), /User "alice" cannot list resource "configmaps"/);
  });
  it("a group decides what the impersonated user may do", async (bench) => {
    const { status } = await bench.api.get(bench.path("configmaps"), {
      headers: { "Impersonate-User": "alice", "Impersonate-Group": "system:masters" },
    });
    assert.equal(status, 200);
  });
  it("reviews answer for the impersonated user", async (bench) => {
    const { json } = await bench.api.post(
      "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
      {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SelfSubjectAccessReview",
        spec: {
          resourceAttributes: { verb: "list", resource: "pods", namespace: bench.namespace },
        },
      },
      { headers: { "Impersonate-User": "alice" } },
    );
    assert.equal(at(json, "status.allowed"), false);
  });
  it("a subject review names the impersonated user and groups", async ({ api }) => {
    const { json } = await api.post(
      "/apis/authentication.k8s.io/v1/selfsubjectreviews",
      { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" },
      { headers: { "Impersonate-User": "alice", "Impersonate-Group": "team" } },
    );
    assert.equal(textAt(json, "status.userInfo.username"), "alice");
    assert.deepEqual(at(json, "status.userInfo.groups"), ["team", "system:authenticated"]);
  });
  it("a forbidden answer has the kind in its details", async (bench) => {
    const { json } = await bench.api.get(bench.path("configmaps", "x"), {
      headers: { "Impersonate-User": "alice" },
    });
    assert.equal(json.reason, "Forbidden");
    assert.deepEqual(json.details, { name: "x", kind: "configmaps" });
    assert.equal(listAt(json, "items").length, 0);
  });
});
