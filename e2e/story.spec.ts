import { execFile } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect, expectAccessible, test } from "./fixtures";
import { replaceText } from "./yaml-editor";

/** The VirtualService of reviews, with one destination a line of `routes`. */
const reviews = (...routes: readonly { subset: string; weight: number }[]) =>
  [
    "apiVersion: networking.istio.io/v1",
    "kind: VirtualService",
    "metadata:",
    "  name: reviews",
    "  namespace: bookinfo",
    "spec:",
    "  hosts:",
    "  - reviews",
    "  http:",
    "  - name: primary",
    "    route:",
    ...routes.flatMap(({ subset, weight }) => [
      "    - destination:",
      "        host: reviews",
      `        subset: ${subset}`,
      `      weight: ${weight}`,
    ]),
    "",
  ].join("\n");

/** Requests that tell a share. */
const SAMPLE = 150;
/** One run in 150 000 of a right split is further away than this. */
const DEVIATIONS = 4.5;

/** Follows the wizard for a version of a service with the quick plan, and starts. */
async function startCanary(page: Page, service: string, version: string): Promise<void> {
  await page.goto("/rollouts");
  await page.getByRole("link", { name: "New canary" }).first().click();
  await page.getByLabel("Service", { exact: true }).selectOption(`bookinfo/${service}`);
  await page.getByLabel("New version").selectOption(version);
  await page.getByRole("button", { name: `Plan ${service} ${version}` }).click();
  await page.getByRole("button", { name: "Quick, for trying out" }).click();
  await page.getByRole("button", { name: "Preview every patch" }).click();
  await expect(page.getByText("Server accepts it", { exact: true })).toBeVisible();
  await expectAccessible(page);
  await page
    .getByRole("button", { name: `Start canary: send 10 % to ${service} ${version}` })
    .click();
}

test("a stranger sees the mesh, mends a route safely, takes one canary to 100 % and sees another come back", async ({
  page,
  mesh,
}) => {
  test.setTimeout(60_000 + 2 * mesh.canaryPatience);

  await test.step("Overview says what needs one", async () => {
    await page.goto("/");
    await expect(page.getByRole("heading", { name: "What needs you now", level: 1 })).toBeVisible();
    await expect(page.getByText("Nothing needs you").first()).toBeVisible();
    await expectAccessible(page);
  });

  await test.step("Topology shows the six services with traffic", async () => {
    await page
      .getByRole("navigation", { name: "Main" })
      .getByRole("link", { name: "Topology" })
      .click();
    // A mesh may have services without traffic, too.
    const summary = new RegExp(`\\b${mesh.busy.length} (services )?with traffic`);
    await expect(page.getByText(summary)).toBeVisible({ timeout: mesh.graphLag });
    for (const name of mesh.busy) {
      await expect(
        page.getByRole("button", { name: new RegExp(`^${name},.* requests/s`) }),
      ).toBeVisible();
    }
    await expectAccessible(page);
  });

  const apply = page.getByRole("region", { name: "Apply", exact: true });
  const applyButton = apply.getByRole("button", { name: /^Apply to/ });

  await test.step("a misspelt subset is found at its line, and Apply refuses", async () => {
    await page
      .getByRole("navigation", { name: "Main" })
      .getByRole("link", { name: "Config" })
      .click();
    await page.getByRole("link", { name: /^VirtualService reviews/ }).click();
    await expect(page.getByRole("textbox", { name: /^YAML of/ })).toBeVisible();
    await replaceText(page, reviews({ subset: "v1", weight: 80 }, { subset: "v22", weight: 20 }));
    const findings = page.getByRole("region", { name: "Findings" });
    await expect(findings.getByText(/v22/).first()).toBeVisible();
    await expect(findings.getByRole("button", { name: /^Go to line 18/ })).toBeVisible();
    await expect(applyButton).toHaveAttribute("aria-disabled", "true");
    await expect(apply.getByText(/Blocked by 1 error on line 18/)).toBeVisible();
    await expectAccessible(page);
  });

  await test.step("mended to 80/20 it shows its diff and the server's verdict, and is applied", async () => {
    await replaceText(page, reviews({ subset: "v1", weight: 80 }, { subset: "v2", weight: 20 }));
    await expect(page.getByRole("region", { name: "Draft to live" })).toContainText("weight: 80");
    await expect(page.getByRole("region", { name: "Server's verdict" })).toContainText("Accepted");
    await expect(applyButton).not.toHaveAttribute("aria-disabled", "true");
    await applyButton.click();
    await expect(page.getByRole("region", { name: /^Last apply/ })).toContainText("Written");
  });

  await test.step("soon the graph shows that about 20 % of the requests go to v2", async () => {
    await page
      .getByRole("navigation", { name: "Main" })
      .getByRole("link", { name: "Topology" })
      .click();
    await expect(
      page.getByRole("button", { name: /^reviews v2 (1[5-9]|2[0-6])(\.\d)? %/ }),
    ).toBeVisible({ timeout: mesh.graphLag });
  });

  await test.step("and the proxies have sent them there", async () => {
    const before = await mesh.requestsTo("reviews");
    const sent = async () => {
      const now = await mesh.requestsTo("reviews");
      const [v1, v2] = ["v1", "v2"].map((name) => (now[name] ?? 0) - (before[name] ?? 0));
      return { v1, v2, total: v1! + v2! };
    };
    await expect
      .poll(async () => (await sent()).total, { timeout: 30_000 })
      .toBeGreaterThan(SAMPLE);
    const { v2, total } = await sent();
    process.stdout.write(
      `measured at the proxies: ${v2} of ${total} requests went to reviews v2\n`,
    );
    const deviation = Math.sqrt(total * 0.2 * 0.8);
    expect(Math.abs(v2! - 0.2 * total) / deviation).toBeLessThan(DEVIATIONS);
  });

  await test.step("a healthy version goes to 100 %", async () => {
    await startCanary(page, "reviews", "v3");
    await expect(page.getByRole("heading", { level: 1 })).toContainText("reviews");
    await expectAccessible(page);
    await expect(page.getByText("Succeeded").first()).toBeVisible({
      timeout: mesh.canaryPatience,
    });
    await page.goto("/topology");
    await expect(page.getByRole("button", { name: /^reviews v3 100 %/ })).toBeVisible({
      timeout: 3 * mesh.graphLag,
    });
  });

  await test.step("a version that answers 500 is rolled back by itself", async () => {
    await mesh.fail("details", "v2", 1);
    await startCanary(page, "details", "v2");
    await expect(page.getByText("Rolled back").first()).toBeVisible({
      timeout: mesh.canaryPatience,
    });
    await page.goto("/topology");
    await expect(page.getByRole("button", { name: /^details v1 100 %/ })).toBeVisible({
      timeout: 3 * mesh.graphLag,
    });
  });
});

const kubectl = (kubeconfig: string, ...args: string[]) =>
  new Promise<string>((resolve, reject) => {
    const cache = mkdtempSync(join(tmpdir(), "quarterdeck-kubectl-"));
    execFile(
      "kubectl",
      [`--kubeconfig=${kubeconfig}`, `--cache-dir=${cache}`, ...args],
      (error, out, stderr) => {
        if (error) reject(new Error(stderr || error.message));
        else resolve(out);
      },
    );
  });

const hasKubectl = () =>
  new Promise<boolean>((resolve) => {
    execFile("kubectl", ["version", "--client"], (error) => resolve(error === null));
  });

test("kubectl lists what the page shows, and the open page sees what kubectl patches", async ({
  page,
  product,
}) => {
  test.skip(!(await hasKubectl()), "kubectl is not installed");
  const listed = await kubectl(product.kubeconfig, "get", "vs", "-A", "--no-headers");
  expect(listed.trim().split("\n")).toHaveLength(3);
  await page.goto("/config/VirtualService/bookinfo/details");
  await expect(page.getByRole("textbox", { name: /^YAML of/ })).toBeVisible();
  const patch = '[{"op":"replace","path":"/spec/http/0/name","value":"by-kubectl"}]';
  await kubectl(
    product.kubeconfig,
    "patch",
    "vs",
    "details",
    "-n",
    "bookinfo",
    "--type=json",
    "-p",
    patch,
  );
  await expect(page.getByText("- name: by-kubectl", { exact: true })).toBeVisible();
});
