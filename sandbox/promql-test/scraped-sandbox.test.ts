import { expect, it } from "vitest";
import { startScrapedSandbox } from "./scraped-sandbox";

interface Discovered {
  readonly targets: readonly [string];
  readonly labels: Readonly<Record<string, string>>;
}

/** What every target of a new sandbox exposes after ten seconds, and what Prometheus answers then. */
async function telemetry(): Promise<string> {
  const sandbox = await startScrapedSandbox(Date.UTC(2026, 0, 1));
  try {
    await sandbox.advance(10, 1_000, undefined);
    const targets = (await (await fetch(sandbox.targetsUrl)).json()) as Discovered[];
    const texts = targets.map(async ({ targets: [host], labels }) => {
      const page = await fetch(`http://${host}${labels["__metrics_path__"]}`);
      return `${labels["instance"]}\n${await page.text()}`;
    });
    const query = encodeURIComponent(
      'rate({__name__=~"istio_requests_total|pilot_xds_pushes"}[5s])',
    );
    const time = sandbox.now() / 1_000;
    const answer = await fetch(`${sandbox.url}/api/v1/query?query=${query}&time=${time}`);
    return [...(await Promise.all(texts)), await answer.text()].join("\n");
  } finally {
    await sandbox.stop();
  }
}

it("gives byte-identical telemetry for the same seed and the same virtual time", async () => {
  const first = await telemetry();
  expect(first).toMatch(/istio_requests_total\{reporter="source",.*\} \d+ 1767225610000\n/);
  expect(first).toContain("pilot_proxy_convergence_time_bucket");
  expect(await telemetry()).toBe(first);
});
