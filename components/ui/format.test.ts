import { describe, expect, it } from "vitest";
import * as format from "./format";

const plain = (text: string) => text.replaceAll("\u00a0", " ");

describe("numbers", () => {
  it.each([
    [null, "–"],
    [undefined, "–"],
    [Number.NaN, "–"],
    [0, "0"],
    [4812, "4,812"],
  ])("writes %s as %s", (value, text) => expect(format.formatNumber(value)).toBe(text));

  it.each([
    [0, "0/s"],
    [0.25, "0.25/s"],
    [4.26, "4.3/s"],
    [42.4, "42/s"],
    [null, "–"],
  ])("writes a rate of %s as %s", (value, text) => expect(format.formatRate(value)).toBe(text));

  it.each([
    [0, "0 %"],
    [0.00001, "<0.01 %"],
    [0.0094, "0.94 %"],
    [0.198, "19.8 %"],
    [0.99996, "99.9 %"],
    [1, "100 %"],
    [null, "–"],
  ])("writes a share of %s as %s", (value, text) =>
    expect(plain(format.formatShare(value))).toBe(text),
  );

  it.each([
    [2.4, "2.4 ms"],
    [184, "184 ms"],
    [1840, "1.84 s"],
    [undefined, "–"],
  ])("writes %s ms as %s", (value, text) => expect(plain(format.formatLatency(value))).toBe(text));

  it.each([
    [999, "999 B"],
    [2_100_000, "2.1 MB"],
  ])("writes %s bytes as %s", (value, text) => expect(plain(format.formatBytes(value))).toBe(text));

  it.each([
    [0.197, "+19.7 pt"],
    [-0.05, "−5.0 pt"],
    [0, "0.0 pt"],
  ])("writes a difference of %s as %s", (value, text) =>
    expect(plain(format.formatPoints(value))).toBe(text),
  );

  it("counts in words", () => {
    expect(plain(format.formatCount(1, "proxy", "proxies"))).toBe("1 proxy");
    expect(plain(format.formatCount(1200, "proxy", "proxies"))).toBe("1,200 proxies");
  });
});

describe("times", () => {
  const now = Date.parse("2026-11-21T14:16:40Z");

  it.each([
    [2_000, "2 s ago"],
    [12.4 * 60_000, "12 min ago"],
    [3 * 3_600_000, "3 h ago"],
    [41 * 86_400_000, "41 d ago"],
    [-6 * 86_400_000, "in 6 d"],
  ])("writes %s ms before now as %s", (before, text) =>
    expect(plain(format.formatRelative(now - before, now))).toBe(text),
  );

  it.each([
    [400, "0 s"],
    [59_400, "59 s"],
    [100_000, "1 min 40 s"],
    [7_860_000, "2 h 11 min"],
    [7_200_000, "2 h"],
    [532_800_000, "6 d 4 h"],
  ])("writes %s ms long as %s", (length, text) =>
    expect(plain(format.formatDuration(length))).toBe(text),
  );

  it("names the zone of an absolute time", () => {
    expect(format.formatInstant(now)).toBe("21 Nov 2026, 14:16:40 UTC");
  });
});
