import { execFile, type ExecFileException, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestApi } from "./testing";

const installed = spawnSync("kubectl", ["version", "--client"]).status === 0;

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

describe.skipIf(!installed)("kubectl", () => {
  let api: TestApi;
  let folder: string;
  let environment: NodeJS.ProcessEnv;

  const commandLine = (args: readonly string[]) => [`--cache-dir=${folder}/cache`, ...args];
  const kubectl = (...args: string[]): Promise<Outcome> =>
    new Promise((resolve) => {
      execFile(
        "kubectl",
        commandLine(args),
        { env: environment, timeout: 15_000 },
        (error: ExecFileException | null, out, err) =>
          resolve({ code: error ? Number(error.code ?? 1) : 0, out, err }),
      );
    });
  const ok = async (...args: string[]): Promise<string> => {
    const { code, out, err } = await kubectl(...args);
    expect(`${code} ${err.replace(/^Warning.*\n/gm, "")}`).toBe("0 ");
    return out;
  };
  const file = async (name: string, text: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, text);
    return path;
  };
  const virtualService = (name: string, weight: unknown) => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ${name}, namespace: bookinfo}
spec:
  hosts: [${name}]
  http:
  - route:
    - destination: {host: ${name}, subset: v1}
      weight: ${String(weight)}
`;

  beforeAll(async () => {
    api = await TestApi.start();
    const { path, folder: made } = await api.kubeconfig();
    folder = made;
    environment = { ...process.env, HOME: folder, KUBECONFIG: path };
  });
  afterAll(() => api.close());

  it("prints tables: plain, wide, of all namespaces", async () => {
    await ok("apply", "-f", await file("table.yaml", virtualService("table", 100)));
    expect(await ok("get", "vs", "-A")).toMatch(
      /NAMESPACE +NAME +GATEWAYS +HOSTS +AGE\nbookinfo +table +\["table"\] +\S+\n/,
    );
    api.cluster.store.create({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "reviews", namespace: "bookinfo" },
      spec: { clusterIP: "10.96.0.1", ports: [{ port: 9080 }], selector: { app: "reviews" } },
    });
    expect(await ok("get", "svc", "-n", "bookinfo", "-o", "wide")).toMatch(
      /NAME +TYPE +CLUSTER-IP +EXTERNAL-IP +PORT\(S\) +AGE +SELECTOR\nreviews +ClusterIP +10.96.0.1 +<none> +9080\/TCP +\S+ +app=reviews/,
    );
    expect(await ok("get", "ns", "bookinfo", "-o", "yaml")).toContain("phase: Active");
    expect(await ok("get", "vs", "-n", "bookinfo", "--chunk-size=1", "-o", "name")).toContain(
      "virtualservice.networking.istio.io/table",
    );
  });

  it("applies, tells the difference, and applies again", async () => {
    const first = await file("a.yaml", virtualService("a", 100));
    expect(await ok("apply", "-f", first)).toContain("created");
    expect(await ok("apply", "-f", first)).toContain("unchanged");
    const second = await file("a.yaml", virtualService("a", 90));
    const diff = await kubectl("diff", "-f", second);
    expect(diff.code).toBe(1);
    expect(diff.out).toMatch(/-\s+weight: 100\n\+\s+weight: 90/);
    expect(await ok("apply", "-f", second)).toContain("configured");
    const weight = "jsonpath={.spec.http[0].route[0].weight}";
    expect(await ok("get", "vs", "a", "-n", "bookinfo", "-o", weight)).toBe("90");
    expect(await ok("apply", "--dry-run=server", "-f", first)).toContain("server dry run");
  });

  it("applies on the server, runs into conflicts, and forces", async () => {
    const apply = ["apply", "--server-side", "-f"];
    expect(await ok(...apply, await file("b.yaml", virtualService("b", 100)))).toContain("applied");
    await ok(
      "patch",
      "vs",
      "b",
      "-n",
      "bookinfo",
      "--type=merge",
      "-p",
      '{"spec":{"hosts":["x"]}}',
    );
    const conflict = await kubectl(...apply, join(folder, "b.yaml"));
    expect(conflict.err).toContain(
      'conflict with "kubectl-patch" using networking.istio.io/v1: .spec.hosts',
    );
    await ok(...apply, join(folder, "b.yaml"), "--force-conflicts");
    expect(await ok("get", "vs", "b", "-n", "bookinfo", "-o", "jsonpath={.spec.hosts}")).toBe(
      '["b"]',
    );
  });

  it("refuses unknown fields and wrong values in words that name them", async () => {
    const typo = virtualService("c", 1).replace("weight", "wieght");
    expect((await kubectl("apply", "-f", await file("c.yaml", typo))).err).toContain(
      'unknown field "spec.http[0].route[0].wieght"',
    );
    const wrong = await file("c.yaml", virtualService("c", "many"));
    expect((await kubectl("create", "-f", wrong)).err).toContain(
      'spec.http[0].route[0].weight: Invalid value: "string"',
    );
  });

  it("patches in three ways, where the kind allows", async () => {
    await ok("create", "configmap", "p", "--from-literal=a=1", "-n", "bookinfo");
    const patch = (type: string, text: string) =>
      kubectl("patch", "cm", "p", "-n", "bookinfo", `--type=${type}`, "-p", text);
    expect((await patch("merge", '{"data":{"b":"2"}}')).code).toBe(0);
    expect((await patch("strategic", '{"data":{"c":"3"}}')).code).toBe(0);
    expect((await patch("json", '[{"op":"remove","path":"/data/a"}]')).code).toBe(0);
    expect(await ok("get", "cm", "p", "-n", "bookinfo", "-o", "jsonpath={.data}")).toBe(
      '{"b":"2","c":"3"}',
    );
    const failed = await patch("json", '[{"op":"test","path":"/data/b","value":"9"}]');
    expect(failed.err).toContain("The request is invalid");
    const strategic = await kubectl("patch", "vs", "a", "-n", "bookinfo", "-p", "{}");
    expect(strategic.err).toContain("application/merge-patch+json");
  });

  it("edits, labels, annotates, waits and deletes", async () => {
    await ok("create", "configmap", "e", "--from-literal=a=1", "-n", "bookinfo");
    const editor = await file("editor.sh", '#!/bin/sh\nsed -i \'s/a: "1"/a: "7"/\' "$1"\n');
    spawnSync("chmod", ["+x", editor]);
    environment = { ...environment, KUBE_EDITOR: editor };
    expect(await ok("edit", "cm", "e", "-n", "bookinfo")).toContain("edited");
    await ok("label", "cm", "e", "team=x", "-n", "bookinfo");
    await ok("annotate", "cm", "e", "note=y", "-n", "bookinfo");
    expect(
      await ok("get", "cm", "-l", "team=x", "-n", "bookinfo", "-o", "jsonpath={.items[*].data.a}"),
    ).toBe("7");
    const wait = ["wait", "cm/e", "-n", "bookinfo", "--timeout=10s"];
    expect(await ok(...wait, "--for=jsonpath={.data.a}=7")).toContain("condition met");
    expect(await ok("delete", "cm", "e", "-n", "bookinfo")).toContain("deleted");
    expect((await kubectl("get", "cm", "e", "-n", "bookinfo")).err).toContain("(NotFound)");
  });

  it("asks what it may do, and who it is", async () => {
    expect(await ok("auth", "can-i", "create", "virtualservices", "-n", "bookinfo")).toBe("yes\n");
    expect((await kubectl("auth", "can-i", "get", "pods", "--as=bob")).out).toBe("no\n");
    expect(await ok("auth", "whoami")).toContain("quarterdeck-admin");
    expect((await kubectl("get", "pods", "--as=bob")).err).toContain("(Forbidden)");
  });

  it("lists what one may do, as oneself, as another, and with a token of an account", async () => {
    expect(await ok("auth", "can-i", "--list", "-n", "bookinfo")).toMatch(
      /\*\.\* +\[\] +\[\] +\[\*\]/,
    );
    const nothing = await ok("auth", "can-i", "--list", "-n", "bookinfo", "--as=bob");
    expect(nothing).toContain("selfsubjectreviews.authentication.k8s.io");
    expect(nothing).not.toContain("*.*");
    await ok("create", "serviceaccount", "reader", "-n", "bookinfo");
    await ok(
      "create",
      "role",
      "reader",
      "--verb=get,list",
      "--resource=configmaps",
      "-n",
      "bookinfo",
    );
    const account = "--serviceaccount=bookinfo:reader";
    await ok("create", "rolebinding", "reader", "--role=reader", account, "-n", "bookinfo");
    const token = (await ok("create", "token", "reader", "-n", "bookinfo")).trim();
    await ok("config", "set-credentials", "reader", `--token=${token}`);
    expect((await kubectl("get", "configmaps", "-n", "bookinfo", "--user=reader")).code).toBe(0);
    const refused = await kubectl("get", "secrets", "-n", "bookinfo", "--user=reader");
    expect(refused.err).toContain('User "system:serviceaccount:bookinfo:reader" cannot list');
    expect(await ok("get", "rolebindings", "-n", "bookinfo", "-o", "wide")).toMatch(
      /reader +Role\/reader +\S+ +bookinfo\/reader/,
    );
  });

  it("deletes what a finalizer holds, once it lets go; follows a log; describes", async () => {
    const held =
      "{apiVersion: v1, kind: ConfigMap, metadata: {name: held, namespace: bookinfo, finalizers: [a.example/b]}}";
    await ok("create", "-f", await file("held.yaml", held));
    expect(await ok("delete", "cm", "held", "-n", "bookinfo", "--wait=false")).toContain("deleted");
    const gone = ok("wait", "--for=delete", "cm/held", "-n", "bookinfo", "--timeout=10s");
    const free = '{"metadata":{"finalizers":null}}';
    await ok("patch", "cm", "held", "-n", "bookinfo", "--type=merge", "-p", free);
    // It says nothing where the object was gone before it looked.
    await gone;
    expect((await kubectl("get", "cm", "held", "-n", "bookinfo")).err).toContain("NotFound");
    const spec = { containers: [{ name: "main" }] };
    const metadata = { name: "talker", namespace: "bookinfo" };
    api.cluster.store.create({
      apiVersion: "v1",
      kind: "Pod",
      metadata,
      spec,
      status: { phase: "Running" },
    });
    const args = commandLine(["logs", "-f", "talker", "-n", "bookinfo"]);
    const logs = spawn("kubectl", args, { env: environment });
    const lines = createInterface({ input: logs.stdout })[Symbol.asyncIterator]();
    const first = lines.next();
    const speaking = setInterval(
      () => api.cluster.logs.append({ ...metadata, container: "main" }, "hello"),
      50,
    );
    expect((await first).value).toBe("hello");
    clearInterval(speaking);
    logs.kill();
    await once(logs, "exit");
    expect(await ok("describe", "pod", "talker", "-n", "bookinfo")).toMatch(/^Name: +talker/);
  });

  it("explains fields from the definitions", async () => {
    const text = await ok("explain", "virtualservice.spec.http.route.weight");
    expect(text).toContain("FIELD: weight <integer>");
    expect(await ok("explain", "pod.spec.containers.image")).toContain("FIELD: image <string>");
  });

  it("reads logs, follows them, and scales", async () => {
    const template = {
      metadata: { labels: { app: "w" } },
      spec: { containers: [{ name: "main", image: "x" }] },
    };
    api.cluster.store.create({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "w", namespace: "bookinfo" },
      spec: { replicas: 1, selector: { matchLabels: { app: "w" } }, template },
    });
    api.cluster.store.create({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "w", namespace: "bookinfo", labels: { app: "w" } },
      spec: { containers: [{ name: "main" }] },
      status: { phase: "Running" },
    });
    const container = { namespace: "bookinfo", name: "w", container: "main" };
    for (const line of ["one", "two"]) api.cluster.logs.append(container, line);
    expect(await ok("logs", "w", "-n", "bookinfo", "--tail=1")).toBe("two\n");
    expect(await ok("scale", "deploy/w", "--replicas=3", "-n", "bookinfo")).toContain("scaled");
    const count = "jsonpath={.spec.replicas}";
    expect(await ok("get", "deploy", "w", "-n", "bookinfo", "-o", count)).toBe("3");
    const set = ["set", "image", "deploy/w", "main=y", "-n", "bookinfo"];
    expect(await ok(...set)).toContain("image updated");
  });

  it.each(["true", "false"])("forwards ports, over WebSockets: %s", async (overSockets) => {
    const name = `forward-${overSockets}`;
    api.cluster.store.create({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "bookinfo" },
      spec: { containers: [{ name: "main" }] },
      status: { phase: "Running" },
    });
    // More than one frame of SPDY can carry: what istiod says of ten thousand proxies.
    const body = "x".repeat(17_000_000);
    const pod = { namespace: "bookinfo", name, port: 15000 };
    const stop = api.cluster.network.serve(pod, (_request, response) => response.end(body));
    const env = { ...environment, KUBECTL_PORT_FORWARD_WEBSOCKETS: overSockets };
    const args = commandLine(["port-forward", `pod/${name}`, ":15000", "-n", "bookinfo"]);
    const forward = spawn("kubectl", args, { env: env });
    const lines = createInterface({ input: forward.stdout })[Symbol.asyncIterator]();
    const first = (await lines.next()) as IteratorResult<string, undefined>;
    const port = /127\.0\.0\.1:(\d+) ->/.exec(first.value ?? "")?.[1];
    for (let round = 0; round < 2; round++) {
      expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe(body);
    }
    forward.kill();
    await once(forward, "exit");
    stop();
  });

  it("is told that simulated pods run no commands, and where to look instead", async () => {
    api.cluster.store.create({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "shell", namespace: "bookinfo" },
      spec: { containers: [{ name: "main" }] },
      status: { phase: "Running" },
    });
    const { code, err } = await kubectl("exec", "shell", "-n", "bookinfo", "--", "ls");
    expect(code).toBe(1);
    expect(err).toContain("run no commands");
    expect(err).toContain("port-forward to 15000");
  });

  it("watches tables", async () => {
    const args = commandLine(["get", "cm", "-n", "bookinfo", "-w", "--no-headers"]);
    const watch = spawn("kubectl", args, { env: environment });
    const lines = createInterface({ input: watch.stdout })[Symbol.asyncIterator]();
    const first = await lines.next();
    expect(first.value).toMatch(/^p +2 +/);
    api.cluster.store.create({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "seen", namespace: "bookinfo" },
      data: { a: "1" },
    });
    expect((await lines.next()).value).toMatch(/^seen +1 +/);
    watch.kill();
    await once(watch, "exit");
  });
});
