// Chromium without a GPU, on one page, with the protocol that tells what its threads worked.
import { browser } from "../bootstrap.mjs";

/** Runs `act` with a page of its own: `{page, client}`; closes the browser afterwards. */
export async function withPage(act) {
  const { chromium } = await import("@playwright/test");
  const executablePath = await browser();
  const engine = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    const page = await engine.newPage({ viewport: { width: 1440, height: 900 } });
    const client = await page.context().newCDPSession(page);
    // What the thread worked, whatever else the machine had to do meanwhile.
    await client.send("Performance.enable", { timeDomain: "threadTicks" });
    return await act({ page, client });
  } finally {
    await engine.close();
  }
}

/** Figures of the page by name, as Chromium keeps them: times in seconds, sizes in bytes. */
export async function metricsOf(client) {
  const { metrics } = await client.send("Performance.getMetrics");
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
}

/** Resolves once the graph of the page is drawn. */
export const drawn = (page) => page.locator(".qd-plate").first().waitFor({ timeout: 60_000 });
