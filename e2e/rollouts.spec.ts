import type { Locator, Page } from "@playwright/test";
import { deleteObject, mergePatch, readObject } from "./cluster";
import { expect, expectAccessible, expectNoSidewaysScroll, test } from "./fixtures";
import { replaceText } from "./yaml-editor";

const REVIEWS = "/apis/networking.istio.io/v1/namespaces/bookinfo/virtualservices/reviews";
const STATE = "/api/v1/namespaces/bookinfo/configmaps/mesh-rollout-reviews-v2";
const DEFINITION =
  "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/canaryrollouts.quarterdeck.dev";
/** What the form has fields for, and a subset that there is not. */
const DOCUMENT = `apiVersion: quarterdeck.dev/v1alpha1
kind: CanaryRollout
metadata:
  name: reviews-v9
  namespace: bookinfo
spec:
  target:
    virtualService: reviews
    route: all
    host: reviews
  stable:
    subset: v1
  canary:
    subset: v9
  stickySessions:
    cookie: seen
  steps:
  - mirror: 20
  - 50
`;
/** Tabs from one control of a page to another, at most: the wizard has many fields. */
const FARTHEST = 120;

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

interface Service {
  spec: {
    http: {
      timeout?: string;
      route: { destination: { subset: string }; weight?: number }[];
    }[];
  };
}

test("a canary goes through a pause, a crash, an edit and a revert, without a pointer", async ({
  page,
  problems,
  product,
}) => {
  test.setTimeout(180_000);
  // The server is killed on purpose, and the page's stream with it.
  problems.allow(
    /net::ERR_(INCOMPLETE_CHUNKED_ENCODING|CONNECTION_(REFUSED|RESET)|EMPTY_RESPONSE)/,
  );
  const button = (name: string | RegExp) =>
    page.getByRole("main").getByRole("button", { name, exact: true });
  const answer = async (title: string, verb: string) => {
    const dialog = page.getByRole("dialog", { name: title });
    await press(page, dialog.getByRole("button", { name: verb, exact: true }));
  };
  const routes = async () => (await readObject<Service>(product.kubeconfig, REVIEWS)).spec.http;
  const weights = async () =>
    (await routes())[0]!.route.map(
      ({ destination, weight }) => `${destination.subset} ${weight ?? 100}`,
    );
  await page.goto("/rollouts/new?service=bookinfo/reviews&canary=v2&at=plan");
  await press(page, button("Quick, for trying out"));
  const bar = page.getByRole("slider", { name: "Share of step 1" });
  await tabTo(page, bar);
  await page.keyboard.press("PageUp");
  await expect(bar).toHaveAttribute("aria-valuenow", "20");
  await press(page, button("Preview every patch"));
  await expect(page.getByText("Server accepts it after the steps before")).toBeVisible();
  await press(page, button("Start canary: send 20 % to reviews v2"));

  const state = page
    .getByRole("main")
    .getByRole("status")
    .filter({ hasText: /^(Paused|Gathering evidence)$/ });
  await press(page, button("Pause"));
  const reason = page.getByRole("textbox", { name: "Reason, kept in the ledger" });
  await tabTo(page, reason);
  await page.keyboard.type("the cache is cold");
  await page.keyboard.press("Enter");
  await expect(state).toHaveText("Paused");
  await expect.poll(weights).toEqual(["v1 80", "v2 20"]);

  // Somebody edits the same VirtualService, and the server dies; longer than a hold passes.
  const [first, ...others] = await routes();
  await mergePatch(product.kubeconfig, REVIEWS, {
    spec: { http: [{ ...first, timeout: "7s" }, ...others] },
  });
  await product.restart();
  await page.reload();
  await expect(state).toHaveText("Paused");
  expect(await weights()).toEqual(["v1 80", "v2 20"]);

  await expect(page.getByRole("list", { name: "Ledger" })).toContainText("the cache is cold");
  await press(page, button("Resume"));
  await answer("Resume reviews v2 at 20 %?", "Resume at 20 %");
  await expect.poll(weights, { timeout: 40_000 }).toEqual(["v1 75", "v2 25"]);
  const [before, ...rest] = await routes();
  expect(before!.timeout).toBe("7s");
  const reverted = before!.route.map((to) => ({
    ...to,
    weight: to.destination.subset === "v1" ? 100 : 0,
  }));
  await mergePatch(product.kubeconfig, REVIEWS, {
    spec: { http: [{ ...before, route: reverted }, ...rest] },
  });
  await expect(page.getByRole("list", { name: "Ledger" })).toContainText(
    "Weights were changed from outside",
  );
  await press(page, button("Roll back to v1"));
  await answer("Roll reviews back to v1?", "Roll back to v1");
  await expect(page.getByText("Rolled back").first()).toBeVisible();
  expect((await weights()).filter((weight) => !weight.endsWith(" 0"))).toEqual(["v1 100"]);
  expect((await routes())[0]!.timeout).toBe("7s");
  await deleteObject(product.kubeconfig, STATE);
});

test("faults of a plan stand at their fields, and whatever it says is its document", async ({
  page,
}) => {
  await page.goto("/rollouts/new?service=bookinfo/reviews&canary=v2&at=plan");
  const main = page.getByRole("main");
  const share = main.getByLabel("Step 2: share, %");
  const preview = main.getByRole("button", { name: "Preview every patch" });
  await share.fill("5");
  await expect(main.getByText("goes down from 10 to 5").first()).toBeVisible();
  await expect(preview).toHaveAttribute("aria-disabled", "true");
  await main.getByLabel("Steps go down, and are meant to").check();
  await expect(main.getByText("Nothing speaks against it")).toBeVisible();

  // Two series are no number; it is said while it is typed, and the start is refused.
  await main.getByRole("button", { name: "Add a PromQL query" }).click();
  await main.getByLabel("PromQL that gives one number").fill("istio_requests_total");
  await expect(main.getByText(/the query gives \d+ series, not one/)).toBeVisible();
  for (const more of ["In doubt", "Approvals, gaps, trains, notifications and freezes"]) {
    await main.getByText(more, { exact: true }).click();
  }
  await expectAccessible(page);
  await page.setViewportSize({ width: 900, height: 900 });
  await expectNoSidewaysScroll(page);
  await preview.click();
  await expect(main.getByText("spec.analysis.metrics[0].query")).toBeVisible();
  await expect(main.getByRole("button", { name: /^Start canary/ })).toHaveAttribute(
    "aria-disabled",
    "true",
  );

  // The document is the plan: a subset that nobody defines is refused at its line.
  await main.getByRole("button", { name: "Plan", exact: true }).click();
  await main.getByRole("tab", { name: "As YAML" }).click();
  await expect(page.getByRole("textbox", { name: /^YAML of the rollout/ })).toBeVisible();
  await replaceText(page, DOCUMENT);
  await expect(
    main.getByRole("list", { name: "Preflight findings" }).getByText("defines subset v9"),
  ).toBeVisible();
  await main.getByRole("tab", { name: "As a form" }).click();
  await expect(main.getByLabel("Step 1: copies of, %")).toHaveValue("20");
  await expect(main.getByLabel("Cookie that remembers it")).toHaveValue("seen");
});

test("a version that fails now and then is rolled back, with the evidence to be read", async ({
  page,
  mesh,
  product,
}) => {
  test.setTimeout(90_000);
  await mesh.fail("reviews", "v2", 0.4);
  const plan = {
    steps: [{ weight: 50, hold: 30 }],
    analysis: { interval: 2, successRate: { min: 90 }, minRequests: 10, failureLimit: 2 },
  };
  await page.goto(
    `/rollouts/new?service=bookinfo/reviews&canary=v2&at=preview&plan=${encodeURIComponent(JSON.stringify(plan))}`,
  );
  await page.getByRole("button", { name: "Start canary: send 50 % to reviews v2" }).click();
  await expect(page.getByText(/^v2 was rolled back to v1: .* limit 90 %/)).toBeVisible({
    timeout: 60_000,
  });
  const failed = page
    .getByRole("list", { name: "Ledger" })
    .getByRole("listitem")
    .filter({ hasText: "Check failed, 1 of 2" });
  await failed.getByText("Query and numbers").click();
  await expect(failed.getByText(/^\d+(\.\d+)?, limit 90$/)).toBeVisible();
  await expect(failed.getByRole("region", { name: "Query: requests" })).toContainText(
    'destination_service="reviews.bookinfo.svc.cluster.local"',
  );
  await expectAccessible(page);
  const { spec } = await readObject<Service>(product.kubeconfig, REVIEWS);
  const sent = spec.http[0]!.route.filter(({ weight }) => weight !== 0);
  expect(sent.map(({ destination }) => destination.subset)).toEqual(["v1"]);
  await mesh.fail("reviews", "v2", 0);
  await deleteObject(product.kubeconfig, STATE);
});

test("the definition of rollouts is shown, and installed when asked", async ({ page, product }) => {
  await page.goto("/rollouts");
  await page.getByRole("button", { name: "Install CanaryRollout" }).click();
  const dialog = page.getByRole("dialog", {
    name: "Install the CustomResourceDefinition of rollouts?",
  });
  await expect(dialog.getByText("Server accepts it")).toBeVisible();
  await dialog.getByRole("button", { name: "Install canaryrollouts.quarterdeck.dev" }).click();
  await expect(dialog).toBeHidden();
  const { spec } = await readObject<{ spec: { names: { kind: string } } }>(
    product.kubeconfig,
    DEFINITION,
  );
  expect(spec.names.kind).toBe("CanaryRollout");
  await deleteObject(product.kubeconfig, DEFINITION);
});
