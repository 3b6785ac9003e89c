#!/usr/bin/env node
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const program = join(__dirname, "..", "dist", "cli.cjs");
if (existsSync(program)) require(program);
else {
  process.stderr.write("quarterdeck: not built yet; run 'node scripts/build-node.mjs' first\n");
  process.exitCode = 2;
}
