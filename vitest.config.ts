import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { "@": fileURLToPath(new URL(".", import.meta.url)).replace(/\/$/, "") } },
  test: {
    setupFiles: ["scripts/property-seed.ts"],
    include: ["lib", "server", "components", "sandbox", "cli", "scripts", "lab"].map(
      (folder) => `${folder}/**/*.test.{ts,tsx}`,
    ),
    testTimeout: 20_000,
    // Hooks start clusters, which takes a busy machine longer than the usual ten seconds.
    hookTimeout: 60_000,
    // Files share one loading of the code, which takes longer than their tests: none may leave
    // anything behind in a module, and the code keeps no state there.
    isolate: false,
    // As many as cores, not one less: tests wait for servers of their own as often as they compute.
    maxWorkers: "100%",
  },
});
