import { existsSync } from "node:fs";
import { kubeconfigPath, labFolders } from "../../folders";
import { meshSnapshot } from "../../mesh-snapshot";
import { runningLab } from "../../running-lab";
import { found, must, type Bench, type Check } from "../check";
import { inTheLab, runToEnd, type Outcome } from "../programs";

const LONG = 15 * 60_000;

/** The suites that run elsewhere on the sandbox, here on the lab; no product may run meanwhile. */
export const suiteChecks: readonly { title: string; run: () => Promise<string> }[] = [
  { title: "the API suite holds on the real kube-apiserver", run: apiSuite },
  { title: "the product's server tests hold on the lab", run: serverTests },
];

/** The browser, from a stranger's first look to a canary that came back. */
export const storyChecks: readonly Check[] = [
  { title: "the browser story holds on the lab", run: story },
];

async function apiSuite(): Promise<string> {
  const script = ["scripts/run-bundled.mjs", "lab/kubeapi/main.ts", "kubeapi"];
  // The lab has no controller that empties a namespace which is deleted.
  const putBack = await meshSnapshot(labFolders(process.env));
  const ended = await runToEnd(process.execPath, script, { env: inTheLab(), timeout: LONG });
  await putBack();
  const failures = ended.out.split("\n\n").filter((text) => text.startsWith("✗"));
  must(ended.code === 0, failures.join(" ") || tail(ended));
  const verdict = found(/^\d+ passed.*$/m.exec(ended.out)?.[0], "verdict of the suite");
  must(!verdict.includes("skipped"), verdict);
  return verdict;
}

async function serverTests(): Promise<string> {
  const args = ["node_modules/vitest/vitest.mjs", "run", ".cluster.test"];
  const ended = await runToEnd(process.execPath, [...args, "--no-file-parallelism", "--no-color"], {
    env: inTheLab(),
    timeout: LONG,
  });
  const failures = ended.err.split("\n").filter((line) => /^ FAIL |Error:/.test(line));
  must(ended.code === 0, failures.join(" ") || tail(ended));
  return found(/Tests +(\d.*)$/m.exec(ended.out)?.[1], "verdict of vitest");
}

const CHROMIUMS = [process.env.CHROMIUM_PATH, "/usr/bin/chromium"];

async function story({ url, prometheus }: Bench): Promise<string> {
  const chromium = CHROMIUMS.find((file) => file !== undefined && existsSync(file));
  const lab = runningLab(process.env);
  const putBack = await meshSnapshot(labFolders(process.env));
  try {
    const args = ["node_modules/@playwright/test/cli.js", "test", "story"];
    const ended = await runToEnd(process.execPath, [...args, "--reporter=list"], {
      env: {
        ...inTheLab(),
        CHROMIUM_PATH: found(chromium, "Chromium: apt-get install chromium"),
        QUARTERDECK_E2E_URL: url,
        QUARTERDECK_E2E_KUBECONFIG: kubeconfigPath(labFolders(process.env)),
        QUARTERDECK_E2E_PROMETHEUS: prometheus,
      },
      timeout: LONG,
    });
    must(ended.code === 0, tail(ended));
    must(!ended.out.includes("skipped"), tail(ended));
    const measured = found(/^measured .*$/m.exec(ended.out)?.[0], "measured share");
    return `${found(/^ +(\d+ passed)/m.exec(ended.out)?.[1], "verdict of Playwright")}; ${measured}`;
  } finally {
    lab.behave("details-v2", {});
    await putBack();
  }
}

const tail = ({ out, err }: Outcome): string => `${out}\n${err}`.trim().slice(-1_500);
