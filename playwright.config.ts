import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { defineConfig } from "@playwright/test";

/** Debian's Chromium, or the one that `npm test` found. */
function chromium(): string {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const found = folders
    .map((folder) => join(folder, "chromium"))
    .find((program) => existsSync(program));
  return process.env.CHROMIUM_PATH ?? found ?? "/usr/bin/chromium";
}

export default defineConfig({
  testDir: "e2e",
  outputDir: "test-results",
  // Each worker runs a cluster, a server and a browser of its own.
  workers: 2,
  fullyParallel: false,
  forbidOnly: Boolean(process.env.CI),
  // Machines of CI are shared: what fails once is tried once more, on a cluster of its own.
  retries: process.env.CI ? 1 : 0,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: "list",
  use: {
    browserName: "chromium",
    viewport: { width: 1440, height: 900 },
    actionTimeout: 15_000,
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: chromium(),
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-default-apps",
        "--disable-sync",
        "--no-first-run",
      ],
    },
  },
});
