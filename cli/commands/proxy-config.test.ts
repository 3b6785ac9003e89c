import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { runCommand } from "@/cli/run-command";

const ADMIN = "type.googleapis.com/envoy.admin.v3.";
const DUMP = JSON.stringify({
  configs: [
    {
      "@type": `${ADMIN}ClustersConfigDump`,
      static_clusters: [
        {
          cluster: {
            name: "agent",
            type: "STATIC",
            transport_socket: { typed_config: { password: "hunter2" } },
          },
        },
      ],
    },
    { "@type": `${ADMIN}FutureConfigDump`, things: [] },
  ],
});
const CLUSTERS = JSON.stringify({
  cluster_statuses: [
    {
      name: "agent",
      host_statuses: [
        {
          address: { socket_address: { address: "127.0.0.1", port_value: 15020 } },
          health_status: { eds_health_status: "HEALTHY" },
        },
      ],
    },
  ],
});

describe("quarterdeck proxy-config --file", () => {
  let folder: string;
  let out: string;
  let err: string;
  beforeEach(() => {
    [out, err] = ["", ""];
    folder = mkdtempSync(join(tmpdir(), "quarterdeck-proxy-config-"));
    vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      out += String(text);
      return true;
    });
    vi.spyOn(process.stderr, "write").mockImplementation((text) => {
      err += String(text);
      return true;
    });
    for (const [name, text] of Object.entries({
      "dump.json": DUMP,
      "clusters.json": CLUSTERS,
      "cut.json": DUMP.slice(0, 200),
      "other.json": `{"items":[]}`,
      "text.json": "not json",
    }))
      writeFileSync(join(folder, name), text);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    rmSync(folder, { recursive: true, force: true });
  });
  const run = (kind: string, file: string, ...more: readonly string[]) =>
    runCommand(["proxy-config", kind, "web.shop", "--file", join(folder, file), ...more]);

  it.each(["clusters", "cluster", "c", "cds"])("%s prints istioctl's table", async (kind) => {
    expect(await run(kind, "dump.json")).toBe(0);
    expect(out).toBe(
      "SERVICE FQDN     PORT     SUBSET     DIRECTION     TYPE       DESTINATION RULE\n" +
        "agent            -        -          -             STATIC     \n",
    );
    expect(err).toBe("");
  });

  it("reads endpoints from the answer that has their health", async () => {
    expect(await run("endpoints", "clusters.json")).toBe(0);
    expect(out).toContain("127.0.0.1:15020     HEALTHY     OK                agent\n");
  });

  it("prints the resources themselves as JSON, without secrets", async () => {
    expect(await run("clusters", "dump.json", "-o", "json")).toBe(0);
    expect(JSON.parse(out)).toMatchObject([{ name: "agent", transportSocket: {} }]);
    expect(out).not.toContain("hunter2");
  });

  it.each([
    ["clusters", "cut.json", [], /cut\.json: is cut off: /],
    ["clusters", "text.json", [], /text\.json: is not JSON: /],
    ["clusters", "other.json", [], /no configuration dump/],
    ["clusters", "nowhere.json", [], /there is no such file/],
    ["listeners", "dump.json", [], /has no part ListenersConfigDump/],
    ["routes", "clusters.json", [], /holds endpoints only/],
    ["clusters", "dump.json", ["--port", "70000"], /--port must be a whole number/],
    ["clusters", "dump.json", ["-o", "xml"], /--output must be one of/],
    ["clusters", "dump.json", ["--context", "x"], /exclude each other/],
    ["things", "dump.json", [], /no table 'things'/],
  ] as const)("refuses %s of %s %j in one line", async (kind, file, more, words) => {
    expect(await run(kind, file, ...more)).toBe(2);
    expect(out).toBe("");
    expect(err).toMatch(words);
    expect(err.trimEnd().split("\n")).toHaveLength(1);
  });

  it("wants a proxy or a file", async () => {
    expect(await runCommand(["proxy-config", "routes"])).toBe(2);
    expect(err).toContain("name a proxy as POD.NAMESPACE");
  });
});
