import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { "@": fileURLToPath(new URL(".", import.meta.url)).replace(/\/$/, "") } },
  test: {
    include: ["{lib,server,components,sandbox,cli,scripts,lab}/**/*.test.{ts,tsx}"],
    setupFiles: ["scripts/property-seed.ts"],
    testTimeout: 20_000,
    // Hooks start clusters, which takes a busy machine longer than the usual ten seconds.
    hookTimeout: 60_000,
    // As many as cores, not one less: tests wait for servers of their own as often as they compute.
    maxWorkers: "100%",
  },
});
