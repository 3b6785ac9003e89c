import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { area, type Bench } from "../behaviour";
import { virtualService } from "../objects";

const cache = mkdtempSync(join(tmpdir(), "quarterdeck-kubectl-"));

/** Runs kubectl in the bench's namespace with `input` on its standard input. */
function kubectl(
  { api, namespace }: Bench,
  args: readonly string[],
  input = "",
): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    const all = [
      `--kubeconfig=${api.kubeconfig}`,
      `--cache-dir=${cache}`,
      "--namespace",
      namespace,
      ...args,
    ];
    const child = execFile("kubectl", all, { timeout: 30_000 }, (error, out, err) => {
      const code = error ? (typeof error.code === "number" ? error.code : 1) : 0;
      resolve({ code, out, err });
    });
    child.stdin?.end(input);
  });
}

async function ok(bench: Bench, args: readonly string[], input?: string): Promise<string> {
  const { code, out, err } = await kubectl(bench, args, input);
  assert.equal(code, 0, err);
  return out;
}

const manifest = (name: string, weight = 90) => {
  const object = virtualService(name, {
    http: [
      {
        name: "primary",
        route: [
          { destination: { host: "reviews", subset: "v1" }, weight },
          { destination: { host: "reviews", subset: "v2" }, weight: 100 - weight },
        ],
      },
    ],
  });
  return JSON.stringify(object);
};

export const kubectlCommands = area("kubectl", (it) => {
  it("apply creates, configures and leaves unchanged", async (bench) => {
    const name = bench.name();
    assert.match(await ok(bench, ["apply", "-f", "-"], manifest(name)), /created/);
    assert.match(await ok(bench, ["apply", "-f", "-"], manifest(name, 80)), /configured/);
    assert.match(await ok(bench, ["apply", "-f", "-"], manifest(name, 80)), /unchanged/);
  });
  it("apply --server-side creates and tells of conflicts", async (bench) => {
    const name = bench.name();
    await ok(bench, ["apply", "--server-side", "-f", "-"], manifest(name));
    const { code, err } = await kubectl(
      bench,
      ["apply", "--server-side", "--field-manager=other", "-f", "-"],
      manifest(name, 70),
    );
    assert.equal(code, 1);
    assert.match(err, /conflict/);
    await ok(
      bench,
      ["apply", "--server-side", "--force-conflicts", "--field-manager=other", "-f", "-"],
      manifest(name, 70),
    );
  });
  it("get prints a table, wide, YAML and by short name", async (bench) => {
    const name = bench.name();
    await ok(bench, ["apply", "-f", "-"], manifest(name));
    assert.match(await ok(bench, ["get", "vs", name]), /^NAME\s+GATEWAYS\s+HOSTS\s+AGE\n/);
    assert.match(
      await ok(bench, ["get", "virtualservices", name, "-o", "yaml"]),
      /kind: VirtualService/,
    );
    assert.match(await ok(bench, ["get", "pods,services", "-o", "wide"]), /^$|NAME/);
    assert.match(await ok(bench, ["get", "vs", "-A"]), /^NAMESPACE\s+NAME/);
  });
  it("get --chunk-size pages", async (bench) => {
    await ok(bench, ["create", "configmap", bench.name(), "--from-literal=a=1"]);
    await ok(bench, ["create", "configmap", bench.name(), "--from-literal=a=1"]);
    const lines = (await ok(bench, ["get", "configmaps", "--chunk-size=1", "--no-headers"]))
      .trim()
      .split("\n");
    assert.ok(lines.length >= 2);
  });
  it("create with protobuf bodies: configmap, secret, serviceaccount", async (bench) => {
    const name = bench.name();
    await ok(bench, ["create", "configmap", name, "--from-literal=a=1"]);
    assert.equal(await ok(bench, ["get", "configmap", name, "-o", "jsonpath={.data.a}"]), "1");
    await ok(bench, ["create", "secret", "generic", name, "--from-literal=a=1"]);
    assert.equal(await ok(bench, ["get", "secret", name, "-o", "jsonpath={.data.a}"]), "MQ==");
    await ok(bench, ["create", "serviceaccount", name]);
  });
  it("patch by json, merge and (for built-in kinds) strategic", async (bench) => {
    const name = bench.name();
    await ok(bench, ["apply", "-f", "-"], manifest(name));
    const json = '[{"op":"replace","path":"/spec/http/0/route/0/weight","value":60}]';
    await ok(bench, ["patch", "vs", name, "--type=json", "-p", json]);
    await ok(bench, [
      "patch",
      "vs",
      name,
      "--type=merge",
      "-p",
      '{"metadata":{"labels":{"a":"b"}}}',
    ]);
    assert.equal(
      await ok(bench, [
        "get",
        "vs",
        name,
        "-o",
        "jsonpath={.spec.http[0].route[0].weight} {.metadata.labels.a}",
      ]),
      "60 b",
    );
    const { code } = await kubectl(bench, ["patch", "vs", name, "-p", '{"spec":{}}']);
    assert.equal(code, 1);
  });
  it("label and annotate", async (bench) => {
    const name = bench.name();
    await ok(bench, ["create", "configmap", name]);
    await ok(bench, ["label", "configmap", name, "team=shop"]);
    await ok(bench, ["annotate", "configmap", name, "note=hello"]);
    assert.match(
      await ok(bench, ["get", "configmap", "-l", "team=shop", "-o", "name"]),
      new RegExp(name),
    );
  });
  it("diff shows what would change", async (bench) => {
    const name = bench.name();
    await ok(bench, ["apply", "-f", "-"], manifest(name));
    const { code, out } = await kubectl(bench, ["diff", "-f", "-"], manifest(name, 70));
    assert.equal(code, 1);
    assert.match(out, /^\+.*weight: 70/m);
  });
  it("--dry-run=server says so and stores nothing", async (bench) => {
    const name = bench.name();
    assert.match(
      await ok(bench, ["apply", "--dry-run=server", "-f", "-"], manifest(name)),
      /server dry run/,
    );
    assert.equal((await kubectl(bench, ["get", "vs", name])).code, 1);
  });
  it("delete waits until the object is gone", async (bench) => {
    const name = bench.name();
    await ok(bench, ["apply", "-f", "-"], manifest(name));
    assert.match(await ok(bench, ["delete", "vs", name]), /deleted/);
  });
  it("explain describes fields from the served schema", async (bench) => {
    assert.match(
      await ok(bench, ["explain", "virtualservice.spec.http.route.weight"]),
      /FIELD: weight <integer>/,
    );
  });
  it("auth can-i and whoami", async (bench) => {
    assert.match(await ok(bench, ["auth", "can-i", "patch", "virtualservices"]), /yes/);
    assert.match(await ok(bench, ["auth", "whoami"]), /Username/);
  });
  it("api-resources lists custom kinds", async (bench) => {
    assert.match(
      await ok(bench, ["api-resources", "--api-group=networking.istio.io"]),
      /virtualservices\s+vs\s/,
    );
  });
  it("wait sees a condition or a deletion", async (bench) => {
    const name = bench.name();
    await ok(bench, ["create", "configmap", name]);
    const waiting = ok(bench, ["wait", "--for=delete", `configmap/${name}`, "--timeout=10s"]);
    await ok(bench, ["delete", "configmap", name]);
    await waiting;
  });
  it("describe shows an object and its events", async (bench) => {
    const name = bench.name();
    await ok(bench, ["apply", "-f", "-"], manifest(name));
    assert.match(await ok(bench, ["describe", "vs", name]), /Kind:\s+VirtualService/);
  });
});
