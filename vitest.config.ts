import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: {
    alias: {
      "@": fileURLToPath(new URL(".", import.meta.url)).replace(/\/$/, ""),
      "server-only": fileURLToPath(new URL("./scripts/empty-module.mjs", import.meta.url)),
    },
  },
  test: {
    include: ["{lib,server,components,sandbox,cli,scripts}/**/*.test.{ts,tsx}"],
    testTimeout: 20_000,
  },
});
