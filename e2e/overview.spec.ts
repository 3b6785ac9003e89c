import { mergePatch } from "./cluster";
import { expect, test } from "./fixtures";

const DETAILS = "/apis/networking.istio.io/v1/namespaces/bookinfo/virtualservices/details";

const split = (v1: number, v2: number) => ({
  spec: {
    http: [
      {
        name: "primary",
        route: [
          { destination: { host: "details", subset: "v1" }, weight: v1 },
          { destination: { host: "details", subset: "v2" }, weight: v2 },
        ],
      },
    ],
  },
});

test("tells a failure as it happens: what, since when, why, where to mend it", async ({
  page,
  product,
}) => {
  await page.goto("/");
  const incidents = page.getByRole("region", { name: "Incidents" });
  const incident = incidents.getByRole("listitem").filter({ hasText: "productpage → details" });
  await expect(incidents).toContainText("evaluated");
  await expect(incident).toHaveCount(0);

  // details v2 answers 500 to everything.
  await mergePatch(product.kubeconfig, DETAILS, split(70, 30));
  await expect(incident.getByRole("heading")).toContainText(/answers 500 to \d/, {
    timeout: 30_000,
  });
  await expect(incident).toContainText("It comes from version v2, which fails 100");
  await expect(page.getByRole("region", { name: "Last changes of configuration" })).toContainText(
    /bookinfo\/details.*changed.*e2e/,
  );
  await expect(
    page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: /^Overview/ }),
  ).toContainText(/\d need attention/);

  await incident.getByRole("link", { name: "Show details in the topology" }).click();
  await expect(page).toHaveURL(
    /\/topology\?select=bookinfo%2Fdetails|\/topology\?select=bookinfo\/details/,
  );
  await expect(page.getByRole("complementary").getByText("Failing").first()).toBeVisible();

  await page.goBack();
  await mergePatch(product.kubeconfig, DETAILS, split(100, 0));
  await expect(incident).toHaveCount(0, { timeout: 40_000 });
});

test("shows how the mesh does in figures with their units", async ({ page }) => {
  await page.goto("/");
  const strip = page.getByRole("region", { name: "Mesh health, last 30 minutes" });
  await expect(strip.getByRole("link", { name: /^Requests\s*\d+\/s/ })).toBeVisible();
  await expect(strip.getByRole("link", { name: /^mTLS\s*100%/ })).toBeVisible();
  await expect(strip.getByRole("link", { name: /^Proxies in sync\s*8 of 8/ })).toBeVisible();
  const istiods = page.getByRole("table", { name: "Replicas of istiod" });
  await expect(istiods.getByRole("row", { name: /ready.* 8 / })).toBeVisible();
});
