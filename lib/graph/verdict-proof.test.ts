import { describe, expect, it } from "vitest";
import type { HealthRule } from "./mesh-graph";
import { graphQueries } from "./queries";
import { proofOf, type ProofSubject, verdictsJson } from "./verdict-proof";

const RULES = [
  "error-share",
  "latency",
  "saturation",
  "readiness",
  "config",
  "proxies",
  "bytes",
  "traffic",
  "telemetry",
] as const satisfies readonly HealthRule[];

const SUBJECT: ProofSubject = {
  windowSeconds: 60,
  selection: { reporter: "source", destination_service_name: "cart" },
  namespace: "shop",
  pods: [{ namespace: "shop", name: "cart-1" }],
};

describe("what a verdict rests on", () => {
  it.each(RULES)("%s tells its rule, and what to run to see the same", (rule) => {
    const { rule: words, sources } = proofOf(rule, SUBJECT);
    expect(words).toMatch(/\.$|there\.$/);
    expect(sources.length).toBeGreaterThan(0);
    expect(sources.every(({ text }) => /cart|shop/.test(text))).toBe(true);
  });

  it("compares latency with the windows that the verdict was made from", () => {
    const { window, sources } = proofOf("latency", SUBJECT);
    expect(window).toBe(
      "the last 60 s, against 300 s an hour before, or ten minutes before where that was not measured",
    );
    expect(sources.map(({ text }) => text)).toContain(
      'sum(rate(istio_request_duration_milliseconds_sum{reporter="source", destination_service_name="cart"}[300s] offset 3600s)) / ' +
        'sum(rate(istio_request_duration_milliseconds_count{reporter="source", destination_service_name="cart"}[300s] offset 3600s))',
    );
  });

  it("tells the same rules where no subject is known: by a query of the graph, or a command", () => {
    const verdicts = verdictsJson();
    expect(Object.keys(verdicts).sort()).toEqual([...RULES].sort());
    for (const rule of RULES) {
      const { rule: words, queries, command } = verdicts[rule];
      expect(words).toBe(proofOf(rule, SUBJECT).rule);
      expect(queries.length > 0).toBe(command === undefined);
    }
    expect(Object.keys(graphQueries(60))).toEqual(
      expect.arrayContaining(Object.values(verdicts).flatMap(({ queries }) => queries)),
    );
  });

  it("asks nothing of what is not known", () => {
    const nothing = { windowSeconds: 60, selection: undefined, namespace: undefined, pods: [] };
    for (const rule of RULES) expect(proofOf(rule, nothing).sources).toEqual([]);
  });
});
