import type { Page } from "@playwright/test";
import { mergePatch, readObject } from "./cluster";
import { expect, expectAccessible, expectNoSidewaysScroll, test } from "./fixtures";

const PODS = "/api/v1/namespaces/bookinfo/pods";
const WATCHED_MS = 3_000;

async function open(page: Page): Promise<void> {
  await page.goto("/topology");
  await expect(page.getByText("6 services with traffic")).toBeVisible();
  await expect(page.locator(".qd-plate").first()).toBeVisible();
}

test("reads as services to whoever does not see it; one Tab leads in, arrows walk, Esc returns", async ({
  page,
}) => {
  await open(page);
  await expect(page.getByRole("group", { name: "Summary" })).toMatchAriaSnapshot(`
    - group "Summary":
      - text: 6 services with traffic none failing 6 healthy
      - status: 6 services, none failing
  `);
  await expect(page.getByRole("group", { name: "Service graph" })).toMatchAriaSnapshot(`
    - group "Service graph":
      - button /^details, [\\d.]+ requests\\/s, 0 % errors, healthy/
      - button /^details v1 100 %, [\\d.]+ requests\\/s/
      - button /^productpage, [\\d.]+ requests\\/s, 0 % errors, healthy/
      - button /^ratings, /
      - button /^reviews, /
      - button /^www.googleapis.com, outside the mesh, /
      - button /^istio-ingressgateway, gateway, [\\d.]+ requests\\/s/
  `);
  const graph = page.getByRole("group", { name: "Service graph" });
  await expect(graph.locator("[tabindex='0']")).toHaveCount(1);
  await page.getByRole("button", { name: "Lay out again" }).focus();
  for (let press = 0; press < 4; press += 1) {
    if ((await graph.locator(":focus").count()) > 0) break;
    await page.keyboard.press("Tab");
  }
  const gateway = graph.getByRole("button", { name: /^istio-ingressgateway/ });
  await expect(gateway).toBeFocused();
  await page.keyboard.press("ArrowRight");
  const productpage = graph.getByRole("button", { name: /^productpage/ });
  await expect(productpage).toBeFocused();
  await expect(graph.locator("[tabindex='0']")).toHaveCount(1);

  await page.keyboard.press("Enter");
  const panel = page.getByRole("complementary", { name: /^productpage/ });
  await expect(panel).toBeVisible();
  await expect(page).toHaveURL(/select=bookinfo(%2F|\/)productpage/);
  const close = panel.getByRole("button", { name: "Close panel" });
  await close.focus();
  await page.keyboard.press("Escape");
  await expect(panel).toHaveCount(0);
  await expect(productpage).toBeFocused();

  await page.keyboard.press("Tab");
  await expect(graph.locator(":focus")).toHaveCount(0);
});

test("a plate stays where the keyboard put it, and a named view brings it back", async ({
  page,
}) => {
  await open(page);
  const ratings = page.getByRole("button", { name: /^ratings,/ });
  const left = () => ratings.evaluate((plate) => parseFloat((plate as HTMLElement).style.left));
  const before = await left();
  await ratings.focus();
  await page.keyboard.press("Shift+ArrowRight");
  await expect.poll(left).toBe(before + 24);
  await page.keyboard.press("f");
  await expect(page).toHaveURL(/around=bookinfo(%2F|\/)ratings/);
  await page.getByRole("button", { name: "Saved views" }).click();
  const views = page.getByRole("dialog", { name: "Saved views" });
  await views.getByLabel("Name of what is shown now").fill("around ratings");
  await page.keyboard.press("Enter");
  await expect(views.getByRole("button", { name: "around ratings", exact: true })).toBeVisible();

  await page.goto("/topology");
  await expect.poll(left).toBe(before + 24);
  await page.getByRole("button", { name: "Lay out again" }).click();
  await expect.poll(left).toBe(before);
  await page.getByRole("button", { name: "Saved views" }).click();
  await views.getByRole("button", { name: "around ratings", exact: true }).click();
  await expect(page).toHaveURL(/around=bookinfo(%2F|\/)ratings/);
});

test("a box tells who stands in it, folds and opens, all by keyboard, and has no fault that axe can find", async ({
  page,
}) => {
  await open(page);
  const graph = page.getByRole("group", { name: "Service graph" });
  await graph.getByRole("button", { name: /^productpage/ }).focus();
  await page.keyboard.press("b");
  const panel = page.getByRole("complementary", { name: "bookinfo" });
  await expect(panel).toContainText(/4 of 4 services healthy/);
  await expect(panel).toContainText(/In \d+(\.\d)?\/s, out \d+(\.\d)?\/s, within \d+(\.\d)?\/s/);
  await expect(panel.getByRole("region", { name: "Services" })).toMatchAriaSnapshot(`
    - region "Services":
      - heading "Services"
      - list:
        - listitem:
          - button "productpage"
  `);
  await page.getByRole("combobox", { name: "Expression" }).focus();
  await expect(page.getByRole("listbox", { name: "Completions" })).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  for (const width of [1440, 900, 320]) {
    await page.setViewportSize({ width, height: 900 });
    await expectNoSidewaysScroll(page);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await panel.getByRole("button", { name: "Fold bookinfo" }).press("Enter");
  const folded = graph.getByRole("button", { name: /^bookinfo, 4 services/ });
  await expect(folded).toBeVisible();
  await expect(page.getByRole("group", { name: "What is shown" })).toContainText(
    "4 services folded into bookinfo",
  );
  await folded.focus();
  await page.keyboard.press("o");
  await expect(graph.getByRole("button", { name: /^productpage/ })).toBeVisible();
});

test.describe("on a phone", () => {
  test.use({ hasTouch: true, viewport: { width: 320, height: 640 } });

  test("a tap opens what it hits, and the way back is in reach", async ({ page }) => {
    await open(page);
    await page.getByRole("button", { name: /^istio-ingressgateway/ }).tap();
    const panel = page.getByRole("complementary", { name: /^istio-ingressgateway/ });
    await expect(panel).toBeVisible();
    await panel.getByRole("button", { name: "Close panel" }).tap();
    await expect(panel).toHaveCount(0);
  });
});

test("nothing moves while figures are renewed, and the table holds the same with the same selection", async ({
  page,
}) => {
  await open(page);
  const moved = await page.evaluate(
    (watched) =>
      new Promise<{ shifts: number; renewed: number; plates: number }>((resolve) => {
        const plates = [...document.querySelectorAll(".qd-plate")];
        const places = () =>
          plates.map((plate) => {
            const { x, y, width, height } = plate.getBoundingClientRect();
            return [x, y, width, height].join(" ");
          });
        const [first, words] = [places(), plates.map((plate) => plate.textContent)];
        let [shifts, renewed] = [0, 0];
        const began = performance.now();
        const look = () => {
          shifts += places().filter((place, index) => place !== first[index]).length;
          renewed += plates.filter((plate, index) => plate.textContent !== words[index]).length;
          if (performance.now() - began < watched) requestAnimationFrame(look);
          else resolve({ shifts, renewed, plates: plates.length });
        };
        look();
      }),
    WATCHED_MS,
  );
  expect(moved.plates).toBeGreaterThanOrEqual(6);
  expect(moved.renewed, "figures that changed").toBeGreaterThan(0);
  expect(moved.shifts, "plates that moved").toBe(0);
  await page.getByRole("button", { name: /^ratings,/ }).click();
  const panel = page.getByRole("complementary", { name: /^ratings/ });
  await expect(panel).toBeVisible();
  await page
    .getByRole("radio", { name: "Table" })
    .or(page.getByRole("button", { name: "Table" }))
    .click();
  const table = page.getByRole("table", { name: "Services and versions" });
  for (const name of [
    "istio-ingressgateway",
    "productpage",
    "details v1",
    "reviews v1",
    "ratings",
    "www.googleapis.com",
  ]) {
    await expect(table.getByRole("rowheader", { name, exact: true })).toBeVisible();
  }
  await expect(table.locator("[aria-selected=true]")).toHaveText(/^ratings/);
  await expect(panel).toBeVisible();
});

test("an error turns its edge red, with the rule, the numbers and the query behind it", async ({
  page,
  product,
}) => {
  const { items } = await readObject<{ items: { metadata: { name: string } }[] }>(
    product.kubeconfig,
    `${PODS}?labelSelector=app%3Ddetails,version%3Dv1`,
  );
  const pod = `${PODS}/${items[0]!.metadata.name}`;
  const failWith = (rate: string | null) =>
    mergePatch(product.kubeconfig, pod, {
      metadata: { annotations: { "sandbox.quarterdeck.dev/error-rate": rate } },
    });
  await page.goto("/topology?view=table");
  const row = page
    .getByRole("table", { name: "Traffic between services" })
    .getByRole("row", { name: /^productpage → details v1/ });
  await expect(row).toContainText("healthy");
  await failWith("0.5");
  try {
    await expect(row).toContainText("failing", { timeout: 30_000 });
    await row.getByRole("button").click();
    const panel = page.getByRole("complementary", { name: /productpage.*details/ });
    await expect(panel).toContainText(
      /\d+(\.\d)?\s% of \d+(\.\d)?\srequests\/s fail; red from 5\s%/,
    );
    await expect(panel).toContainText(/Window\s*the last \d+\ss/);
    await expect(panel.getByRole("region", { name: "Why is it red" })).toMatchAriaSnapshot(`
      - region "Why is it red":
        - heading "Why is it red"
        - group:
          - text: /fail; red from 5 %/
          - term: Rule
          - term: Window
    `);
    await expect(panel.getByRole("region", { name: "PromQL of these rates" })).toContainText(
      /rate\(istio_requests_total\{.*details-v1/,
    );
    await page.goto("/topology");
    await expect(page.locator(".qd-edge-label[data-tone=fail]").first()).toBeVisible();
  } finally {
    await failWith(null);
  }
  await expect(page.locator(".qd-edge-label[data-tone=fail]")).toHaveCount(0, { timeout: 30_000 });
});
