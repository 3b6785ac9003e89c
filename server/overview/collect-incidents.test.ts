import { describe, expect, it } from "vitest";
import { AppError } from "@/lib/base/errors";
import { instant } from "@/lib/base/units";
import { collectIncidents } from "./collect-incidents";
import type { Incident } from "./incident";
import { sourceIncidents } from "./source-incidents";

const incident = (id: string, status: Incident["status"], weight: number): Incident => ({
  id,
  status,
  title: id,
  target: undefined,
  cause: "",
  since: undefined,
  sinceOrEarlier: false,
  actions: [],
  evidence: undefined,
  weight,
});
const source = (subject: string, ...incidents: Incident[]) => ({
  subject,
  read: () => Promise.resolve(incidents),
});

describe("collectIncidents", () => {
  it("puts the worst first, whichever source told it", async () => {
    const { incidents, gaps } = await collectIncidents([
      source("a", incident("small", "warn", 50), incident("b", "fail", 2)),
      source("b", incident("a", "fail", 2), incident("big", "fail", 9)),
    ]);
    expect(incidents.map(({ id }) => id)).toEqual(["big", "a", "b", "small"]);
    expect(gaps).toEqual([]);
  });

  it("tells what could not be looked at, and keeps the rest", async () => {
    const { incidents, gaps } = await collectIncidents([
      {
        subject: "traffic",
        read: () => Promise.reject(new AppError("timeout", "No answer in 4 s")),
      },
      source("b", incident("x", "warn", 1)),
    ]);
    expect(incidents).toHaveLength(1);
    expect(gaps).toEqual([{ subject: "traffic", message: "No answer in 4 s", hint: undefined }]);
  });

  it("does not say twice what an incident says already", async () => {
    const { gaps } = await collectIncidents([
      {
        subject: "traffic",
        toldBy: "source prometheus",
        read: () => Promise.reject(new AppError("unavailable", "nothing listens there")),
      },
      source("sources", incident("source prometheus", "warn", 1)),
    ]);
    expect(gaps).toEqual([]);
  });

  it("does not hide a bug as a gap", async () => {
    const broken = { subject: "x", read: () => Promise.reject(new TypeError("bug")) };
    await expect(collectIncidents([broken])).rejects.toThrow("bug");
  });
});

describe("sourceIncidents", () => {
  const error = { message: "connect ECONNREFUSED", hint: "Start it." };

  it("says nothing of sources that answer or are switched off", () => {
    const states = (["live", "connecting", "off"] as const).map((state) => ({
      source: "prometheus" as const,
      state,
      lastSeen: undefined,
      error: undefined,
    }));
    expect(sourceIncidents(states, [])).toEqual([]);
  });

  it("is urgent only for the cluster, which then explains unreadable kinds too", () => {
    const problem = {
      kind: "EnvoyFilter" as const,
      error: new AppError("forbidden", "may not list"),
    };
    const lastSeen = instant(1_000);
    const found = sourceIncidents(
      [
        { source: "cluster", state: "stale", lastSeen, error },
        { source: "prometheus", state: "down", lastSeen: undefined, error },
      ],
      [problem],
    );
    expect(found.map(({ id, status, since }) => [id, status, since])).toEqual([
      ["source cluster", "fail", lastSeen],
      ["source prometheus", "warn", undefined],
    ]);
    expect(found[1]?.cause).toContain("ECONNREFUSED");
    expect(sourceIncidents([], [problem])).toMatchObject([
      { id: "kinds", title: "1 kind of objects cannot be read" },
    ]);
  });
});
