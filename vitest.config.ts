import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const tests = (...folders: readonly string[]) =>
  folders.map((folder) => `${folder}/**/*.test.{ts,tsx}`);

export default defineConfig({
  resolve: { alias: { "@": fileURLToPath(new URL(".", import.meta.url)).replace(/\/$/, "") } },
  test: {
    setupFiles: ["scripts/property-seed.ts"],
    testTimeout: 20_000,
    // Hooks start clusters, which takes a busy machine longer than the usual ten seconds.
    hookTimeout: 60_000,
    // As many as cores, not one less: tests wait for servers of their own as often as they compute.
    maxWorkers: "100%",
    projects: [
      {
        extends: true,
        // lib is pure: its files may share one loading of it, which takes longer than their tests.
        test: { name: "lib", include: tests("lib"), isolate: false },
      },
      {
        extends: true,
        test: {
          name: "rest",
          include: tests("server", "components", "sandbox", "cli", "scripts", "lab"),
        },
      },
    ],
  },
});
