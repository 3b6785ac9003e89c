import { expect, test } from "./fixtures";

test("goes through all pages by the rail, and keeps the namespaces", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("button", { name: /^Namespaces/ }).click();
  await page.getByRole("checkbox", { name: "bookinfo" }).check();
  await expect(page).toHaveURL(/\?ns=bookinfo/);
  await page.keyboard.press("Escape");
  const rail = page.getByRole("navigation", { name: "Main" });
  for (const name of [
    "Topology",
    "Config",
    "Findings",
    "Proxies",
    "Control plane",
    "Rollouts",
    "Overview",
  ]) {
    const link = rail.getByRole("link", { name: new RegExp(`^${name}`) });
    await link.click();
    await expect(link).toHaveAttribute("aria-current", "page");
    await expect(page).toHaveURL(/[?&]ns=bookinfo/);
  }
  await page.goBack();
  await expect(page).toHaveURL(/\/rollouts/);
});

test("finds a page and an object by a few letters", async ({ page }) => {
  await page.goto("/");
  await expect(page.getByRole("button", { name: /^Live/ })).toBeVisible();
  await page.keyboard.press("Control+k");
  const field = page.getByRole("combobox", { name: "Search or go to" });
  await expect(field).toBeFocused();
  await field.fill("vs reviews");
  await expect(page.getByRole("option", { name: /reviews/ }).first()).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/config\/VirtualService\/bookinfo\/reviews/);
  await expect(page.getByRole("heading", { name: "bookinfo/reviews" })).toBeVisible();

  await page.keyboard.press("Control+k");
  await expect(field).toBeFocused();
  await field.fill("rollo");
  await expect(page.getByRole("option", { name: /^Overview/ })).toBeHidden();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/rollouts/);
});

test("says that the data is live, how old it is, and holds it on demand", async ({ page }) => {
  await page.goto("/");
  await expect(page.getByRole("button", { name: /^Live/ })).toBeVisible();
  await page.getByRole("button", { name: /^Live/ }).click();
  const sources = page.getByRole("dialog", { name: "Sources of data" });
  for (const name of ["Kubernetes API", "Prometheus", "istiod"]) {
    await expect(sources.getByRole("heading", { name })).toBeVisible();
  }
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Pause live updates" }).click();
  await expect(page.getByRole("button", { name: /^Paused/ })).toBeVisible();
  await page.getByRole("button", { name: "Resume live updates" }).click();
  await expect(page.getByRole("button", { name: /^Live/ })).toBeVisible();
});

test("keeps the theme that was chosen", async ({ page }) => {
  await page.goto("/");
  const root = page.locator("html");
  await expect(root).not.toHaveAttribute("data-theme");
  await page.getByRole("button", { name: "Theme: follows the system" }).click();
  await expect(root).toHaveAttribute("data-theme", "light");
  await page.getByRole("button", { name: "Theme: light" }).click();
  await expect(root).toHaveAttribute("data-theme", "dark");
  await page.reload();
  await expect(root).toHaveAttribute("data-theme", "dark");
  await page.getByRole("button", { name: "Theme: dark" }).click();
  await expect(root).not.toHaveAttribute("data-theme");
});

test("says of an address that leads nowhere what to do", async ({ page, problems }) => {
  problems.allow(/404/);
  const answer = await page.goto("/no-such-page");
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole("heading", { name: "No such page" })).toBeVisible();
  await page.getByRole("link", { name: "Open the overview" }).click();
  await expect(page.getByRole("heading", { name: "What needs you now" })).toBeVisible();
});
