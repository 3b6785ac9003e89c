import { createServer } from "node:net";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { API_PORT } from "../../api-client";
import { must } from "../check";
import { lab, type Outcome } from "../programs";

/** What the lab's commands say to bad input: one line, exit code 2, and nothing is started. */
export const commandChecks: readonly { title: string; run: () => Promise<string> }[] = [
  { title: "a taken port is named", run: takenPort },
  { title: "a topology file with an error is named with its path", run: badTopology },
  { title: "commands without a lab say so", run: withoutLab },
];

async function takenPort(): Promise<string> {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(API_PORT, "127.0.0.1", resolve));
  try {
    return refusal(await lab("up"), new RegExp(`port ${API_PORT} is taken`));
  } finally {
    await new Promise((resolve) => other.close(resolve));
  }
}

async function badTopology(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "quarterdeck-lab-"));
  const file = join(folder, "mesh.yaml");
  try {
    writeFileSync(
      file,
      "name: x\nnamespaces: [{ name: a, injected: true }]\nworkloads: [{ name: w, namespace: b, app: w }]\nservices: []\n",
    );
    return refusal(
      await lab("up", "--topology", file),
      /mesh\.yaml: workloads\[0\]\.namespace: no namespace b$/,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function withoutLab(): Promise<string> {
  refusal(await lab("traffic"), /the lab is not up/);
  refusal(await lab("kill", "istiod"), /no process istiod runs/);
  return refusal(await lab("up", "--topology", "nowhere"), /--topology is one of/);
}

function refusal({ code, err }: Outcome, wanted: RegExp): string {
  const line = err.trim();
  must(code === 2 && wanted.test(line) && !line.includes("\n"), `exit code ${code}: ${line}`);
  return line;
}
