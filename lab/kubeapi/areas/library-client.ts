import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import {
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  PatchStrategy,
  PortForward,
  setHeaderOptions,
  Watch,
} from "@kubernetes/client-node";
import { at, listAt, textAt } from "../api-connection";
import { area, type Bench } from "../behaviour";
import { configMap, created, virtualService, VS } from "../objects";

const PATIENCE_MS = 8_000;
const ISTIOD = "/api/v1/namespaces/istio-system/pods";

function configOf({ api }: Bench): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(api.kubeconfig);
  return config;
}

/** The name of a pod of istiod, which every server that the suite runs on has. */
async function istiodPod({ api }: Bench): Promise<string> {
  const { json } = await api.get(`${ISTIOD}?labelSelector=app%3Distiod`);
  const [pod] = listAt(json, "items");
  assert.ok(pod, "there is no pod of istiod");
  return textAt(pod, "metadata.name");
}

export const libraryClient = area("@kubernetes/client-node", (it) => {
  it("lists and reads", async (bench) => {
    const core = configOf(bench).makeApiClient(CoreV1Api);
    const name = bench.name();
    await created(bench, "configmaps", configMap(name));
    const { items } = await core.listNamespacedConfigMap({ namespace: bench.namespace });
    assert.ok(items.some(({ metadata }) => metadata?.name === name));
    const one = await core.readNamespacedConfigMap({ name, namespace: bench.namespace });
    assert.deepEqual(one.data, { key: "value" });
  });
  it("creates, and throws the code of a refusal", async (bench) => {
    const core = configOf(bench).makeApiClient(CoreV1Api);
    const name = bench.name();
    const body = { metadata: { name }, data: { a: "1" } };
    const { namespace } = bench;
    const stored = await core.createNamespacedConfigMap({ namespace, body });
    assert.ok(stored.metadata?.resourceVersion);
    await assert.rejects(core.createNamespacedConfigMap({ namespace, body }), { code: 409 });
  });
  for (const [title, strategy, body] of [
    ["json", PatchStrategy.JsonPatch, [{ op: "add", path: "/data/b", value: "2" }]],
    ["merge", PatchStrategy.MergePatch, { data: { b: "2" } }],
    ["strategic", PatchStrategy.StrategicMergePatch, { data: { b: "2" } }],
  ] as const) {
    it(`patches by ${title}`, async (bench) => {
      const core = configOf(bench).makeApiClient(CoreV1Api);
      const name = bench.name();
      await created(bench, "configmaps", configMap(name));
      const patched = await core.patchNamespacedConfigMap(
        { name, namespace: bench.namespace, body },
        setHeaderOptions("Content-Type", strategy),
      );
      assert.deepEqual(patched.data, { key: "value", b: "2" });
    });
  }
  it("applies a custom resource on the server", async (bench) => {
    const custom = configOf(bench).makeApiClient(CustomObjectsApi);
    const name = bench.name();
    await created(bench, VS, virtualService(name));
    const applied: unknown = await custom.patchNamespacedCustomObject(
      {
        group: "networking.istio.io",
        version: "v1",
        namespace: bench.namespace,
        plural: "virtualservices",
        name,
        fieldManager: "suite",
        body: {
          apiVersion: "networking.istio.io/v1",
          kind: "VirtualService",
          metadata: { name, labels: { applied: "yes" } },
        },
      },
      setHeaderOptions("Content-Type", PatchStrategy.ServerSideApply),
    );
    assert.equal(at(applied, "metadata.labels.applied"), "yes");
  });
  it("watches", async (bench) => {
    const name = bench.name();
    const watch = new Watch(configOf(bench));
    const path = bench.path("configmaps");
    const { json } = await bench.api.get(path);
    const query = { resourceVersion: textAt(json, "metadata.resourceVersion") };
    let stop = () => {};
    const seen = await new Promise<string>((resolve, reject) => {
      setTimeout(() => reject(new Error("no event came")), PATIENCE_MS).unref();
      watch
        .watch(
          path,
          query,
          (type, object) => resolve(`${type} ${textAt(object, "metadata.name")}`),
          (error) => reject(error instanceof Error ? error : new Error("the watch ended")),
        )
        .then((controller) => {
          stop = () => controller.abort();
          return created(bench, "configmaps", configMap(name));
        })
        .catch(reject);
    });
    // An open watch would keep the suite from ending.
    stop();
    assert.equal(seen, `ADDED ${name}`);
  });
  it("forwards a port to a pod that runs", async (bench) => {
    const pod = await istiodPod(bench);
    const output = new PassThrough();
    const input = new PassThrough();
    const forward = new PortForward(configOf(bench));
    const opened: unknown = await forward.portForward(
      "istio-system",
      pod,
      [15014],
      output,
      null,
      input,
    );
    input.write("GET /version HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    const text = await new Promise<string>((resolve, reject) => {
      setTimeout(() => reject(new Error("no answer came")), PATIENCE_MS).unref();
      output.once("data", (chunk: Buffer) => resolve(chunk.toString("utf8")));
    });
    input.end();
    // A real server does not answer the closing of a stream whose other end is gone.
    (opened as { terminate: () => void }).terminate();
    assert.match(text, /^HTTP\/1\.1 200/);
  });
});

export const runningPods = area("running pods", (it) => {
  it("logs end with as many lines as tailLines says", async (bench) => {
    const pod = await istiodPod(bench);
    const { status, text, headers } = await bench.api.get(`${ISTIOD}/${pod}/log?tailLines=1`);
    assert.equal(status, 200);
    assert.match(String(headers["content-type"]), /^text\/plain/);
    assert.ok(text.trimEnd().split("\n").length <= 1, text.slice(0, 200));
  });
  it("tailLines below zero is refused", async (bench) => {
    const pod = await istiodPod(bench);
    assert.equal((await bench.api.get(`${ISTIOD}/${pod}/log?tailLines=-1`)).status, 422);
  });
  it("logs of a container that the pod has not are 400", async (bench) => {
    const pod = await istiodPod(bench);
    const { status, json } = await bench.api.get(`${ISTIOD}/${pod}/log?container=nope`);
    assert.equal(status, 400);
    assert.match(textAt(json, "message"), /container nope is not valid for pod/);
  });
});
