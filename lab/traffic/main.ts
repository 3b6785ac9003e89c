import { join } from "node:path";
import { simulateRequest } from "@/cli/request/simulate-request";
import { verifySignature } from "@/sandbox/traffic/verify-signature";
import { askedOf, type Comparison, compareRequest } from "./compare";
import { meshOfCase, type Recorded, trafficCases, type TrafficCase } from "./corpus";
import { knownDeviation } from "./known-deviations";
import { type Compared, report } from "./report";

const folder = join(
  process.env["QUARTERDECK_CORPUS"] ?? join(process.cwd(), "../shared/istio-corpus"),
  "real-traffic",
);
const cases = trafficCases(folder);
if (cases) {
  const wanted = new Set(process.argv.slice(2).filter((word) => !word.startsWith("-")));
  const verbose = process.argv.includes("--verbose");
  const verifier = { verify: verifySignature, now: () => Math.floor(Date.now() / 1000) };
  const compared: Compared[] = [];
  for (const one of cases) {
    if (wanted.size > 0 && !wanted.has(one.id) && !wanted.has(one.tag)) continue;
    const mesh = meshOfCase(folder, one);
    for (const request of one.requests) {
      const { outcomes } = simulateRequest(mesh, askedOf(request), verifier);
      for (const comparison of compareRequest(request, outcomes)) {
        compared.push(noted(one, request, comparison));
      }
    }
  }
  const { text, passed } = report(compared, verbose);
  process.stdout.write(`${text}\n`);
  process.exitCode = passed ? 0 : 1;
} else {
  process.stderr.write(`no recorded traffic in ${folder}: it lies beside the project\n`);
  process.exitCode = 2;
}

function noted(one: TrafficCase, request: Recorded, comparison: Comparison): Compared {
  const { id, tag } = one;
  const reason = comparison.agrees ? undefined : knownDeviation(request, comparison);
  return { id, tag, request, comparison, reason };
}
