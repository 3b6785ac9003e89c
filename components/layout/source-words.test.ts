import { describe, expect, it } from "vitest";
import { sourceWords } from "./source-words";

const base = { source: "prometheus", lastSeen: undefined, error: undefined } as const;

describe("sourceWords", () => {
  it("loses nothing while a source answers or is asked for the first time", () => {
    for (const state of ["live", "connecting"] as const) {
      expect(sourceWords({ ...base, state })).toMatchObject({ lost: undefined, hint: undefined });
    }
  });

  it("says what is lost and what to do; the server's own hint comes first", () => {
    const words = sourceWords({
      ...base,
      state: "down",
      error: { message: "x", hint: "Start it." },
    });
    expect(words).toMatchObject({ name: "Prometheus", status: "fail", hint: "Start it." });
    expect(words.lost).toMatch(/^Rates, errors and latencies are missing/);
    expect(sourceWords({ ...base, state: "down" }).hint).toMatch(/--prometheus/);
  });

  it("does not alarm where a source is switched off", () => {
    expect(sourceWords({ ...base, state: "off" })).toMatchObject({ status: "off", word: "Off" });
  });
});
