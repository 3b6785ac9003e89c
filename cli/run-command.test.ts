import { readdir } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { runCommand } from "./run-command";

describe("the command line", () => {
  let out: string;
  let err: string;
  beforeEach(() => {
    out = "";
    err = "";
    vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      out += String(text);
      return true;
    });
    vi.spyOn(process.stderr, "write").mockImplementation((text) => {
      err += String(text);
      return true;
    });
  });
  afterEach(() => vi.restoreAllMocks());

  it.each([[[]], [["help"]], [["--help"]]])("lists its commands for %j", async (args) => {
    expect(await runCommand(args)).toBe(0);
    expect(out).toContain("sandbox [--scenario NAME]");
  });

  it("knows every command that there is a file for", async () => {
    await runCommand(["help"]);
    const files = (await readdir(new URL("commands/", import.meta.url))).filter(
      (name) => !name.endsWith(".test.ts"),
    );
    for (const file of files)
      expect(out).toContain(`
  ${file.slice(0, -".ts".length)}`);
  });

  it("tells its version", async () => {
    expect(await runCommand(["version"])).toBe(0);
    expect(out).toMatch(/^quarterdeck \d+\.\d+\.\d+\n$/);
  });

  it.each([
    [["launch"], "no command 'launch'"],
    [["constructor"], "no command 'constructor'"],
    [["sandbox", "--port", "x"], "--port must be a whole number from 0 to 65535, not 'x'"],
    [["sandbox", "--port", "99999"], "--port must be a whole number"],
    [["sandbox", "--speed", "2"], "Unknown option '--speed'"],
    [["sandbox", "--scenario", "nothing"], "nothing"],
    [["sandbox", "--state", "/dev/null/x"], "the folder of --state cannot be written"],
  ])("refuses %j in one line", async (args, words) => {
    expect(await runCommand(args)).toBe(2);
    expect(out).toBe("");
    expect(err).toContain(words);
    expect(err.trimEnd().split("\n")).toHaveLength(1);
  });
});
