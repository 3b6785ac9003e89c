import assert from "node:assert/strict";
import { at, listAt, textAt } from "../api-connection";
import { area } from "../behaviour";
import { configMap, created } from "../objects";

const review = (attributes: Readonly<Record<string, unknown>>) => ({
  apiVersion: "authorization.k8s.io/v1",
  kind: "SelfSubjectAccessReview",
  spec: { resourceAttributes: attributes },
});

export const access = area("access", (it) => {
  it("a wrong token is 401 with a Status", async ({ api }) => {
    const { status, json } = await api.get("/api/v1/namespaces", { token: "wrong" });
    assert.equal(status, 401);
    assert.equal(json.kind, "Status");
    assert.equal(json.reason, "Unauthorized");
  });
  it("who may do all is told so", async (bench) => {
    const { status, json } = await bench.api.post(
      "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
      review({
        verb: "patch",
        group: "networking.istio.io",
        resource: "virtualservices",
        namespace: bench.namespace,
      }),
    );
    assert.equal(status, 201);
    assert.equal(at(json, "status.allowed"), true);
  });
  it("a rules review lists what one may do", async (bench) => {
    const { status, json } = await bench.api.post(
      "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
      {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SelfSubjectRulesReview",
        spec: { namespace: bench.namespace },
      },
    );
    assert.equal(status, 201);
    assert.ok(listAt(json, "status.resourceRules").length > 0);
  });
  it("a subject review says who one is", async ({ api }) => {
    const { status, json } = await api.post("/apis/authentication.k8s.io/v1/selfsubjectreviews", {
      apiVersion: "authentication.k8s.io/v1",
      kind: "SelfSubjectReview",
    });
    assert.equal(status, 201);
    assert.notEqual(textAt(json, "status.userInfo.username"), "");
  });
});

export const logsAndErrors = area("logs and errors", (it) => {
  it("logs of a pod that is not there are 404", async (bench) => {
    assert.equal((await bench.api.get(`${bench.path("pods", "nope")}/log`)).status, 404);
  });
  it("port-forward without an upgrade is refused", async (bench) => {
    const { status } = await bench.api.get(`${bench.path("pods", "nope")}/portforward`);
    assert.ok(status === 400 || status === 404, String(status));
  });
  it("every refusal is a Status with code, reason and message", async (bench) => {
    for (const answer of [
      await bench.api.get(bench.path("configmaps", "nope")),
      await bench.api.post(bench.path("configmaps"), "{"),
      await bench.api.post(bench.path("configmaps"), configMap("BAD")),
    ]) {
      assert.equal(answer.json.kind, "Status");
      assert.equal(answer.json.apiVersion, "v1");
      assert.equal(answer.json.status, "Failure");
      assert.equal(answer.json.code, answer.status);
      assert.notEqual(textAt(answer.json, "message"), "");
      assert.notEqual(textAt(answer.json, "reason"), "");
    }
  });
  it("events are selected by the object that they are about", async (bench) => {
    const event = {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: bench.name() },
      involvedObject: { apiVersion: "v1", kind: "Pod", name: "web-1", namespace: bench.namespace },
      reason: "Tested",
      message: "told",
      type: "Normal",
    };
    await created(bench, "events", event);
    const selected = await bench.api.get(
      `${bench.path("events")}?fieldSelector=involvedObject.name%3Dweb-1%2CinvolvedObject.kind%3DPod`,
    );
    assert.equal(listAt(selected.json, "items").length, 1);
    const other = await bench.api.get(
      `${bench.path("events")}?fieldSelector=involvedObject.name%3Dweb-2`,
    );
    assert.equal(listAt(other.json, "items").length, 0);
  });
});
