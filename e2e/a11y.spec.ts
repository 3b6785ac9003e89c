import { expect, expectAccessible, expectNoSidewaysScroll, test } from "./fixtures";

/** The graph of the topology, with a panel and completions open, is looked at in its own story. */
const PAGES = [
  { path: "/", heading: "What needs you now" },
  { path: "/config", heading: "Configuration" },
  { path: "/findings", heading: "Findings" },
  { path: "/findings/rules", heading: "Rules" },
  { path: "/proxies", heading: "Proxies" },
  { path: "/control-plane", heading: "Control plane" },
  { path: "/control-plane?view=debug", heading: "Control plane" },
  { path: "/rollouts", heading: "Rollouts" },
  { path: "/rollouts/new", heading: "New canary" },
  { path: "/topology?view=table&select=bookinfo%2Freviews", heading: "Topology" },
] as const;

for (const { path, heading } of PAGES) {
  test(`page ${path} has no fault that axe can find, and never scrolls sideways`, async ({
    page,
  }) => {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1, name: heading })).toBeAttached();
    await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
    await expectAccessible(page);
    for (const width of [1440, 900, 320]) {
      await page.setViewportSize({ width, height: 800 });
      await expectNoSidewaysScroll(page);
    }
  });
}

test("the editor has no fault that axe can find", async ({ page }) => {
  await page.goto("/config/VirtualService/bookinfo/reviews");
  await expect(page.locator(".monaco-editor").first()).toBeVisible();
  await expectAccessible(page);
});

test("a proxy and what its Envoy holds have no fault that axe can find", async ({ page }) => {
  await page.goto("/proxies");
  await page.getByRole("button", { name: /^productpage-v1/ }).click();
  await expect(page.getByRole("complementary")).toBeVisible();
  await expect(page.getByRole("tab", { selected: true })).toBeVisible();
  await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
  await expectAccessible(page);
});

test("dialogs and popovers are accessible while open", async ({ page }) => {
  await page.goto("/");
  await expect(page.getByRole("button", { name: /^Live/ })).toBeVisible();
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("dialog", { name: "Search or go to" })).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.getByRole("button", { name: /^Namespaces/ }).click();
  await expect(page.getByRole("dialog", { name: "Namespaces" })).toBeVisible();
  await expectAccessible(page);
});

test("all of the frame is reached by keyboard, in the order it is read", async ({ page }) => {
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  const reached: string[] = [];
  for (let press = 0; press < 14; press += 1) {
    await page.keyboard.press("Tab");
    reached.push(
      await page.evaluate(() => {
        const { activeElement: element } = document;
        return element?.getAttribute("aria-label") ?? element?.textContent.trim() ?? "";
      }),
    );
  }
  const order = [
    /^Skip to content$/,
    /^Quarterdeck, overview$/,
    /^Namespaces/,
    /^Search or go to/,
    /Live|Connecting|Prometheus|sources/,
    /^Pause live updates$/,
    /^Theme/,
    /^Overview/,
    /^Topology/,
    /^Config/,
    /^Findings/,
    /^Proxies/,
    /^Control/,
    /^Rollouts/,
  ];
  expect(reached).toHaveLength(order.length);
  for (const [index, expected] of order.entries()) expect(reached[index]).toMatch(expected);
});

test("skips to the content, and shows where the focus is", async ({ page }) => {
  await page.goto("/");
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to content" });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  expect(await skip.evaluate((link) => getComputedStyle(link).outlineStyle)).toBe("solid");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toBeFocused();
});

test("moves nothing when motion is to be reduced", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto("/");
  const moving = await page.evaluate(
    () =>
      [...document.querySelectorAll("*")].filter(
        (element) => parseFloat(getComputedStyle(element).transitionDuration) > 0,
      ).length,
  );
  expect(moving).toBe(0);
});
