import { createObject, deleteObject, mergePatch } from "./cluster";
import { expect, expectAccessible, test } from "./fixtures";

const REVIEWS = "/apis/networking.istio.io/v1/namespaces/bookinfo/virtualservices/reviews";
const routeTo = (subset: string) => ({
  spec: { http: [{ name: "primary", route: [{ destination: { host: "reviews", subset } }] }] },
});

test("a fault of the stored configuration is listed, explained, exported, and gone when mended", async ({
  page,
  product,
}) => {
  await page.goto("/findings");
  await expect(page.getByText("Nothing is wrong with the configuration")).toBeVisible();
  const before = await page.evaluate(async (path) => {
    const answer = await fetch(path);
    return (await answer.json()) as { summary: { errors: number } };
  }, "/api/v1/findings");
  expect(before.summary.errors).toBe(0);

  await mergePatch(product.kubeconfig, REVIEWS, routeTo("v9"));
  const table = page.getByRole("table", { name: "Findings" });
  await table.getByRole("button", { name: /bookinfo\/reviews/ }).click();
  await expect(page).toHaveURL(/[?&]finding=/);
  const panel = page.getByRole("complementary", { name: "bookinfo/reviews" });
  await expect(panel.getByText("spec.http[0].route[0].destination.subset")).toBeVisible();
  await expect(panel.getByText("What to do")).toBeVisible();
  await expect(
    panel.getByText(/kubectl annotate virtualservices\.networking\.istio\.io reviews -n bookinfo/),
  ).toBeVisible();
  await expectAccessible(page);

  // What is chosen is in the URL: a reload shows the same.
  await page.getByRole("searchbox", { name: "Filter findings" }).fill("subset kia1107");
  await expect(page).toHaveURL(/[?&]q=subset/);
  await page.reload();
  await expect(panel).toBeVisible();
  await page.getByRole("searchbox", { name: "Filter findings" }).fill("nothing like it");
  await page.getByRole("button", { name: "Clear the filter" }).click();
  await expect(table.getByRole("button", { name: /bookinfo\/reviews/ })).toBeVisible();

  const csv = await page.evaluate(
    async (path) => (await fetch(path)).text(),
    "/api/v1/findings?format=csv",
  );
  expect(csv).toContain("VirtualService,bookinfo,reviews,spec.http[0].route[0].destination.subset");

  await panel.getByRole("link", { name: "Read it whole" }).click();
  await expect(page.getByRole("region", { name: "Example that is clean" })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("link", { name: "Its findings in this mesh" }).click();
  await expect(page).toHaveURL(/\/findings\?rule=/);
  await expect(table.getByRole("button", { name: /bookinfo\/reviews/ })).toBeVisible();

  await mergePatch(product.kubeconfig, REVIEWS, routeTo("v1"));
  await expect(page.getByText("Nothing is wrong with the configuration")).toBeVisible();
});

test("what a policy suppresses is counted apart, with its reason and last day; a link leads to the line", async ({
  page,
  product,
}) => {
  const POLICY = "/api/v1/namespaces/istio-system/configmaps/quarterdeck-policy";
  const entry = (more: string) =>
    `suppressions: [{ code: IST0101, object: VirtualService reviews.*, reason: moves on Friday${more} }]`;
  await createObject(product.kubeconfig, POLICY.replace("/quarterdeck-policy", ""), {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "quarterdeck-policy", namespace: "istio-system" },
    data: { "policy.yaml": entry(", until: 2099-12-31") },
  });
  await mergePatch(product.kubeconfig, REVIEWS, routeTo("v9"));
  try {
    await page.goto("/findings");
    await page.getByRole("button", { name: "Suppressed 1" }).click();
    await expect(page).toHaveURL(/[?&]suppressed=true/);
    const table = page.getByRole("table", { name: "Findings" });
    await expect(table).toContainText(
      "moves on Friday, until 2099-12-31, by ConfigMap istio-system/quarterdeck-policy",
    );
    await table.getByRole("button", { name: /bookinfo\/reviews/ }).click();
    const panel = page.getByRole("complementary", { name: "bookinfo/reviews" });
    await expect(panel.getByRole("heading", { name: "Does not count" })).toBeVisible();
    await expectAccessible(page);

    await panel.getByRole("link", { name: "Open VirtualService reviews" }).click();
    await expect(page).toHaveURL(/[?&]path=spec\.http/);
    const line = page.locator(".monaco-editor .view-line", { hasText: "subset: v9" });
    await expect(line).toBeVisible();
    const number = page.locator(".monaco-editor .line-numbers.active-line-number");
    await expect(number).toBeVisible();
    // The editor draws its lines anew when findings come, so one of them may be gone for a moment.
    await expect
      .poll(async () => {
        const [wanted, active] = [await line.boundingBox(), await number.boundingBox()];
        return Math.abs((wanted?.y ?? 0) - (active?.y ?? -99));
      })
      .toBeLessThan(3);

    await mergePatch(product.kubeconfig, POLICY, {
      data: { "policy.yaml": entry(", until: 2020-01-01") },
    });
    await page.goto("/findings?suppressed=true");
    await expect(page.getByText("0 errors").or(page.getByText("1 error"))).toBeVisible();
    await page.getByRole("button", { name: "Suppressed 0" }).click();
    await expect(table.getByRole("button", { name: /bookinfo\/reviews/ })).toBeVisible();

    // The graph marks the service, and its mark leads back here.
    await page.goto("/topology");
    await page.locator(".qd-plate-mark").first().click();
    await expect(page).toHaveURL(/\/findings\?.*objects=.*VirtualService/);
    await expect(table.getByRole("button", { name: /bookinfo\/reviews/ }).last()).toBeVisible();
  } finally {
    await deleteObject(product.kubeconfig, POLICY);
    await mergePatch(product.kubeconfig, REVIEWS, routeTo("v1"));
  }
});

test("rules are found by code, and one that does not exist is said to be none", async ({
  page,
  problems,
}) => {
  await page.goto("/findings/rules");
  await page.getByRole("searchbox", { name: "Filter rules" }).fill("KIA1107");
  const rules = page.getByRole("table", { name: "Rules" });
  await rules.getByRole("link").click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("subset");
  problems.allow(/404|findings\.rule/);
  await page.goto("/findings/rules/IST9999");
  await expect(page.getByText("No rule is called IST9999")).toBeVisible();
});

test("the plain endpoint says in one line what is wrong with a question", async ({ page }) => {
  const answer = await page.request.get("/api/v1/findings?only=ist&level=Error");
  expect(answer.status()).toBe(400);
  expect(await answer.json()).toEqual({
    error: { code: "invalid", message: "only: must be a code such as IST0101" },
  });
});
