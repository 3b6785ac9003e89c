#!/usr/bin/env node
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const program = new URL("../dist/cli.mjs", import.meta.url);
if (existsSync(fileURLToPath(program))) await import(program.href);
else {
  process.stderr.write("quarterdeck: not built yet; run 'node scripts/build-node.mjs' first\n");
  process.exitCode = 2;
}
