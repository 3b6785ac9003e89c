import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test as base } from "@playwright/test";
import { type MeshUnderTest, meshUnderTest } from "./mesh-under-test";
import { type Product, startProduct } from "./product";

/** What went wrong in the browser during a test. */
export interface Problems {
  /** Lets through what the test itself provokes. */
  allow(pattern: RegExp): void;
}

/**
 * The tests of this product: one cluster and server for each worker; a test in which the page logs
 * an error, throws, or breaks its content security policy fails.
 *
 * QUARTERDECK_E2E_URL runs them against a server that is up already, such as `npm run dev`, with the
 * kubeconfig and Prometheus of its cluster in QUARTERDECK_E2E_KUBECONFIG and _PROMETHEUS.
 */
export const test = base.extend<
  { problems: Problems; page: Page; mesh: MeshUnderTest },
  { product: Product }
>({
  product: [
    async ({}, provide) => {
      const url = process.env.QUARTERDECK_E2E_URL;
      const kubeconfig = process.env.QUARTERDECK_E2E_KUBECONFIG ?? "";
      const prometheus = process.env.QUARTERDECK_E2E_PROMETHEUS ?? "";
      const product = url
        ? { url, kubeconfig, prometheus, restart: noRestart, stop: () => Promise.resolve() }
        : await startProduct();
      await provide(product);
      await product.stop();
    },
    { scope: "worker", timeout: 150_000 },
  ],
  mesh: ({ product }, provide) => provide(meshUnderTest(product)),
  baseURL: ({ product }, provide) => provide(product.url),
  problems: [
    async ({ context }, provide) => {
      const seen: string[] = [];
      // Interfaces of this machine came or went, as they do when the lab starts: not the page's doing.
      const allowed: RegExp[] = [/net::ERR_NETWORK_CHANGED/];
      context.on("console", (message) => {
        if (message.type() === "error") seen.push(`${message.text()} (${message.location().url})`);
      });
      context.on("weberror", (error) => seen.push(error.error().stack ?? error.error().message));
      await context.exposeFunction("reportPolicyViolation", (text: string) => seen.push(text));
      await context.addInitScript(() => {
        document.addEventListener("securitypolicyviolation", (event) => {
          const { reportPolicyViolation: report } = window as unknown as {
            reportPolicyViolation: (this: void, text: string) => void;
          };
          report(`content security policy: ${event.violatedDirective} ${event.blockedURI}`);
        });
      });
      await provide({ allow: (pattern) => allowed.push(pattern) });
      expect(
        seen.filter((text) => !allowed.some((pattern) => pattern.test(text))),
        "problems in the browser",
      ).toEqual([]);
    },
    { auto: true },
  ],
});

const noRestart = (): never => {
  throw new Error("a server that is up already is not restarted by its tests");
};

export { expect } from "@playwright/test";

/**
 * WCAG 2.2 AA in both themes, as far as a program can tell. The page follows the system's theme
 * while it is open, so one load of it serves both.
 */
export async function expectAccessible(page: Page): Promise<void> {
  const faults: object[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    // Without motion, no colour is on its way from one theme to the other.
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await expect(page.locator("html")).toHaveCSS("color-scheme", colorScheme);
    const { violations } = await new AxeBuilder({ page })
      .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
      .analyze();
    faults.push(
      ...violations.map(({ id, help, nodes }) => ({
        theme: colorScheme,
        id,
        help,
        nodes: nodes.map(({ html, failureSummary }) => `${html}\n${failureSummary}`),
      })),
    );
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  expect(faults).toEqual([]);
}

/** The page itself never scrolls sideways; only tables, code and the graph do, inside. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const { content, window } = await page.evaluate(() => ({
    content: document.documentElement.scrollWidth,
    window: document.documentElement.clientWidth,
  }));
  expect(content, "width of the page").toBeLessThanOrEqual(window);
}
