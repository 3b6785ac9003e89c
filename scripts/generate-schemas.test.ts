import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";

describe("generate-schemas", () => {
  it.each([[[]], [["/nowhere"]]])("needs a folder that exists: %j", (args) => {
    const { status, stderr } = spawnSync(
      process.execPath,
      ["scripts/generate-schemas.mjs", ...args],
      { encoding: "utf8" },
    );
    expect(status).toBe(2);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });
});
