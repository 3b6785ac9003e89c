import { readFile } from "node:fs/promises";
import { mergePatch, readObject } from "./cluster";
import { expect, expectAccessible, expectNoSidewaysScroll, test } from "./fixtures";
import type { Product } from "./product";

/** The pod of a workload of bookinfo. */
async function podOf({ kubeconfig }: Product, workload: string): Promise<string> {
  const { items } = await readObject<{ items: { metadata: { name: string } }[] }>(
    kubeconfig,
    "/api/v1/namespaces/bookinfo/pods",
  );
  const names = items.map(({ metadata }) => metadata.name);
  return names.find((name) => name.startsWith(workload)) ?? workload;
}

/** Lets the proxy of a pod refuse its listeners, or do well again. */
const behave = ({ kubeconfig }: Product, pod: string, proxy: "reject" | null) =>
  mergePatch(kubeconfig, `/api/v1/namespaces/bookinfo/pods/${pod}`, {
    metadata: { annotations: { "sandbox.quarterdeck.dev/proxy": proxy } },
  });

test("from the overview it is three clicks to what Envoy said when it refused", async ({
  page,
  product,
}) => {
  const pod = await podOf(product, "ratings-v1");
  await behave(product, pod, "reject");
  await page.goto("/");
  const strip = page.getByRole("link", { name: /Proxies in sync/ });
  await expect(strip).toContainText("1 refused", { timeout: 15_000 });
  await strip.click();
  await page
    .getByRole("table", { name: "Proxies" })
    .getByRole("button", { name: new RegExp(`^${pod}`) })
    .click();
  const panel = page.getByRole("complementary", { name: pod });
  await expect(panel.getByText("Error adding/updating listener(s)")).toBeVisible();
  await behave(product, pod, null);
  await expect(panel.getByText("It holds everything that istiod sent")).toBeVisible({
    timeout: 15_000,
  });
});

test("a VirtualService leads to the route that it made, and the route back to its line", async ({
  page,
}) => {
  await page.goto("/config/VirtualService/bookinfo/reviews");
  await page.getByRole("link", { name: "http[0]" }).click();
  await expect(page.getByText("Only what spec.http[0] made")).toBeVisible();
  const routes = page.getByRole("table", { name: "Routes" });
  await routes
    .getByRole("link", { name: /^bookinfo\/reviews\s*http\[0\]/ })
    .first()
    .click();
  await expect(page).toHaveURL(/\/config\/VirtualService\/bookinfo\/reviews\?path=spec\.http/);

  await page.getByRole("link", { name: "Show what it made in a proxy" }).click();
  await expect(page.getByRole("tab", { name: /^By object/ })).toHaveAttribute(
    "aria-selected",
    "true",
  );
  const objects = page.getByRole("table", { name: "Objects" });
  await expect(objects.getByRole("link", { name: "bookinfo/reviews" }).first()).toBeVisible();

  await page.getByRole("tab", { name: "Follow a request" }).click();
  await page.getByRole("textbox", { name: "Request" }).fill("reviews:9080");
  await page.getByRole("button", { name: "Follow the request" }).click();
  const walk = page.getByRole("list", { name: "Decisions of the proxy" });
  await walk.getByRole("link", { name: "bookinfo/reviews" }).first().click();
  await expect(page).toHaveURL(/\/config\/VirtualService\/bookinfo\/reviews/);
});

test("two proxies are compared, and one with what it held before", async ({ page, product }) => {
  const [pod, other] = [await podOf(product, "reviews-v1"), await podOf(product, "details-v1")];
  await page.goto(`/proxies?proxy=bookinfo/${pod}&tab=compare`);
  await expect(page.getByText("They hold the same")).toBeVisible();
  await page.getByRole("combobox", { name: "Compare with" }).selectOption(`bookinfo/${other}`);
  await expect(page.getByRole("table", { name: "Differences" })).toBeVisible();

  await page.getByRole("combobox", { name: "Compare with" }).selectOption("file");
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save what it holds now" }).click();
  const saved = await (await download).path();
  const text = await readFile(saved, "utf8");
  const files = page.getByLabel("Saved dump");
  await files.setInputFiles({
    name: "before.json",
    mimeType: "application/json",
    buffer: Buffer.from(text.replaceAll("outbound|9080||details.", "outbound|9080||renamed.")),
  });
  await expect(page.getByRole("table", { name: "Differences" })).toContainText("renamed");
  await expectAccessible(page);
  await files.setInputFiles({
    name: "cut.json",
    mimeType: "application/json",
    buffer: Buffer.from(text.slice(0, text.length / 2)),
  });
  await expect(page.getByText(/cut\.json is no JSON/)).toBeVisible();
});

test("a log level is changed for a while and goes back by itself", async ({ page, product }) => {
  const pod = await podOf(product, "details-v1");
  await page.goto(`/proxies?proxy=bookinfo/${pod}&tab=logging`);
  const loggers = page.getByRole("table", { name: "Loggers" });
  await loggers.getByRole("checkbox", { name: "rbac" }).check();
  const http = loggers.getByRole("row").filter({ has: page.getByText("rbac", { exact: true }) });
  await expect(http).toContainText("warning");
  await page.getByRole("combobox", { name: "For" }).selectOption("10 seconds");
  await page.getByRole("button", { name: "Set rbac to debug" }).click();
  await expect(page.getByText("1 logger is changed for a while")).toBeVisible();
  await expect(http).toContainText("debug");
  await expectAccessible(page);
  for (const width of [1440, 900, 320]) {
    await page.setViewportSize({ width, height: 800 });
    await expectNoSidewaysScroll(page);
  }
  await expect(page.getByText("1 logger is changed for a while")).toBeHidden({ timeout: 20_000 });
  await expect(http).toContainText("warning");

  await page.goto("/control-plane?view=logging");
  await expect(page.getByRole("table", { name: "Log scopes" })).toContainText("ads debugging");
  await expectAccessible(page);
});

test("an apply is followed until every proxy has taken it", async ({ page, product }) => {
  const { kubeconfig } = product;
  await page.goto("/proxies");
  await mergePatch(
    kubeconfig,
    "/apis/networking.istio.io/v1/namespaces/bookinfo/virtualservices/reviews",
    {
      metadata: { labels: { touched: "yes" } },
      spec: {
        http: [{ timeout: "7s", route: [{ destination: { host: "reviews", subset: "v1" } }] }],
      },
    },
  );
  const change = page.getByRole("region", { name: "Propagation of a change" });
  await expect(change.getByRole("link", { name: "bookinfo/reviews" })).toBeVisible();
  await expect(change).toContainText(/Acknowledged ?\d+ of \d+ proxies/, { timeout: 15_000 });
});
