import type { Locator, Page } from "@playwright/test";
import { deleteObject, readObject } from "./cluster";
import { expect, test } from "./fixtures";

const REVIEWS = "/apis/networking.istio.io/v1/namespaces/bookinfo/virtualservices/reviews";
const STATE = "/api/v1/namespaces/bookinfo/configmaps/mesh-rollout-reviews-v2";
const FARTHEST = 80;

/** Walks to a control by Tab alone. */
async function tabTo(page: Page, control: Locator): Promise<void> {
  await expect(control).toBeVisible();
  const focused = () => control.evaluate((element) => element === document.activeElement);
  for (let press = 0; press < FARTHEST && !(await focused()); press += 1) {
    await page.keyboard.press("Tab");
  }
  await expect(control).toBeFocused();
}

async function press(page: Page, control: Locator): Promise<void> {
  await tabTo(page, control);
  await page.keyboard.press("Enter");
}

test("a canary is started, paused, resumed and rolled back without a pointer", async ({
  page,
  product,
}) => {
  const button = (name: string | RegExp) =>
    page.getByRole("main").getByRole("button", { name, exact: true });
  const weights = async () => {
    const { spec } = await readObject<{
      spec: { http: { route: { destination: { subset: string }; weight?: number }[] }[] };
    }>(product.kubeconfig, REVIEWS);
    return spec.http[0]!.route.map(
      ({ destination, weight }) => `${destination.subset} ${weight ?? 100}`,
    );
  };
  await page.goto("/rollouts/new?service=bookinfo/reviews&canary=v2&at=plan");
  await press(page, button("Quick, for trying out"));
  await press(page, button("Preview every patch"));
  await press(page, button("Start canary: send 10 % to reviews v2"));

  const state = page
    .getByRole("main")
    .getByRole("status")
    .filter({ hasText: /^(Paused|Gathering evidence)$/ });
  await press(page, button("Pause"));
  await expect(state).toHaveText("Paused");
  await expect.poll(weights).toEqual(["v1 90", "v2 10"]);
  // Longer than a hold of the quick plan: nothing may happen in a pause.
  await page.waitForTimeout(7_000);
  await expect(state).toHaveText("Paused");
  expect(await weights()).toEqual(["v1 90", "v2 10"]);

  await press(page, button("Resume"));
  await expect.poll(weights, { timeout: 20_000 }).toEqual(["v1 75", "v2 25"]);
  await press(page, button("Roll back to v1"));
  const dialog = page.getByRole("dialog", { name: "Roll reviews back to v1?" });
  await press(page, dialog.getByRole("button", { name: "Roll back to v1" }));
  await expect(page.getByText("Rolled back").first()).toBeVisible();
  expect((await weights()).filter((weight) => !weight.endsWith(" 0"))).toEqual(["v1 100"]);
  await deleteObject(product.kubeconfig, STATE);
});
