import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { chooseTopology, TOPOLOGY_NAMES } from "./choose-topology";
import { LabError } from "./lab-error";

const folder = mkdtempSync(join(tmpdir(), "quarterdeck-topology-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const MESH = {
  name: "mine",
  namespaces: [{ name: "a", injected: true }],
  workloads: [{ name: "w", namespace: "a", app: "w", http: [8080] }],
  services: [],
};

describe("--topology", () => {
  test.each(TOPOLOGY_NAMES)("%s is one of the lab's own", (name) => {
    expect(chooseTopology(["--topology", name]).name).toBe(name);
  });

  test("bookinfo is meant where none is named", () => {
    expect(chooseTopology([]).name).toBe("bookinfo");
  });

  test.each([
    ["mesh.json", JSON.stringify(MESH)],
    [
      "mesh.yaml",
      "name: mine\nnamespaces: [{ name: a, injected: true }]\nworkloads:\n  - { name: w, namespace: a, app: w, http: [8080] }\nservices: []\n",
    ],
  ])("%s is read with its defaults", (name, text) => {
    const topology = chooseTopology(["--topology", file(name, text)]);
    expect(topology.workloads).toMatchObject([{ name: "w", proxy: "sidecar", version: "v1" }]);
  });

  test.each([
    [
      "a namespace that is not there",
      { workloads: [{ ...MESH.workloads[0], namespace: "b" }] },
      "workloads[0].namespace: no namespace b",
    ],
    [
      "a port out of range",
      { workloads: [{ ...MESH.workloads[0], http: [0] }] },
      "workloads[0].http[0]: Too small",
    ],
    [
      "a load from nobody",
      { load: [{ name: "l", from: "x", url: "http://w", rate: 1 }] },
      "load[0].from: no workload x",
    ],
    [
      "two of one name",
      { workloads: [MESH.workloads[0], MESH.workloads[0]] },
      "workloads: two workloads have one name",
    ],
    ["a field that is none", { speed: 3 }, '(root): Unrecognized key: "speed"'],
  ])("%s is named in one line with file and path", (_, change, reason) => {
    const path = file("bad.json", JSON.stringify({ ...MESH, ...change }));
    const choose = () => chooseTopology(["--topology", path]);
    expect(choose).toThrow(LabError);
    expect(choose).toThrow(`${path}: ${reason}`);
    expect(choose).not.toThrow(/\n/);
  });

  test.each([
    ["not YAML", "{ name: [", /^.*broken\.yaml: .+$/],
    ["nothing", "", /broken\.yaml: \(root\): /],
  ])("%s is told in one line", (_, text, line) => {
    const path = file("broken.yaml", text);
    expect(() => chooseTopology(["--topology", path])).toThrow(line);
  });

  test.each([
    [["--topology", "nowhere"]],
    [["--what", "small"]],
    [["--topology", "small", "more"]],
  ])("%j says what can be chosen", (args) => {
    expect(() => chooseTopology(args)).toThrow("--topology is one of bookinfo, small, or a file");
  });

  test("a file that is not there is named", () => {
    expect(() => chooseTopology(["--topology", "/nowhere/mesh.json"])).toThrow(
      "/nowhere/mesh.json: ENOENT",
    );
  });
});
