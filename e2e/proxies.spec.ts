import { expect, expectAccessible, expectNoSidewaysScroll, test } from "./fixtures";

test("every proxy is listed, and one tells what its Envoy holds and who made it", async ({
  page,
}) => {
  await page.goto("/proxies");
  const table = page.getByRole("table", { name: "Proxies" });
  await expect(table.getByRole("button", { name: /^reviews-v1-/ })).toBeVisible();
  await expect(page.getByText(/^8 proxies/)).toBeVisible();
  const measured = page.getByRole("checkbox", { name: "Measure configuration" });
  await measured.check();
  await expect(table.getByRole("cell", { name: /^\d+ kB$/ })).toHaveCount(8);
  await measured.uncheck();

  await page.getByRole("searchbox", { name: "Filter proxies" }).fill("productpage");
  await expect(page).toHaveURL(/[?&]q=productpage/);
  const proxy = table.getByRole("button", { name: /^productpage-v1-/ });
  await proxy.click();
  const panel = page.getByRole("complementary", { name: /^productpage-v1-/ });
  await expect(panel.getByText("It holds everything that istiod sent")).toBeVisible();

  // What its Envoy holds begins in sight, below the list.
  await expect(page.getByRole("tab", { name: /^Listeners/ })).toBeInViewport();
  await page.getByRole("tab", { name: /^Routes/ }).click();
  const routes = page.getByRole("table", { name: "Routes" });
  await expect(routes.getByRole("link", { name: "bookinfo/reviews" }).first()).toHaveAttribute(
    "href",
    /\/config\/VirtualService\/bookinfo\/reviews/,
  );
  await expectAccessible(page);

  await page.getByRole("searchbox", { name: "Filter routes" }).fill("reviews 9080");
  await routes
    .getByRole("button", { name: /outbound\|9080\|v1\|reviews/ })
    .last()
    .click();
  const clusters = page.getByRole("table", { name: "Clusters" });
  await expect(clusters.getByText("reviews.bookinfo.svc.cluster.local")).toBeVisible();

  await page.getByRole("tab", { name: "Raw JSON" }).click();
  await expect(
    page.getByText("type.googleapis.com/envoy.admin.v3.ListenersConfigDump"),
  ).toBeVisible();
  await expectAccessible(page);
  for (const width of [1440, 900, 320]) {
    await page.setViewportSize({ width, height: 800 });
    await expectNoSidewaysScroll(page);
  }

  // All of it is in the URL, and Esc closes the panel.
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.reload();
  await expect(page.getByRole("tab", { name: "Raw JSON" })).toHaveAttribute(
    "aria-selected",
    "true",
  );
  await panel.getByRole("button", { name: "Close panel" }).press("Escape");
  await expect(panel).toHaveCount(0);
  await expect(page).not.toHaveURL(/proxy=/);
});

test("a proxy that does not exist is said to be gone, and the others stay", async ({
  page,
  problems,
}) => {
  problems.allow(/404|proxies\.(detail|listeners)/);
  await page.goto("/proxies?proxy=bookinfo/nobody");
  await expect(page.getByText("No proxy nobody in namespace bookinfo")).toBeVisible();
  await expect(page.getByRole("table", { name: "Proxies" })).toBeVisible();
});
