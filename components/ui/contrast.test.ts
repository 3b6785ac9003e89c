import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

/**
 * WCAG 2.2 contrast of our tokens: 1.4.3 asks 4.5 : 1 of text, 1.4.11 asks 3 : 1 of marks and
 * outlines that carry meaning. Both themes, on every surface where a colour may stand.
 */
const source = readFileSync(new URL("../../app/tokens.css", import.meta.url), "utf8");

type Theme = ReadonlyMap<string, string>;

/** The colours declared between the first `selector` and the brace that ends its block. */
function colours(selector: string): Theme {
  const start = source.indexOf(selector);
  if (start < 0) throw new Error(`tokens.css has no ${selector}`);
  const block = source.slice(start, source.indexOf("}", start));
  return new Map(
    [...block.matchAll(/--qd-([\w-]+):\s*(#[0-9a-f]{6});/gi)].map((m) => [m[1]!, m[2]!]),
  );
}

const light = colours(":root {");
const dark = colours(':root[data-theme="dark"] {');
const darkBySystem = colours(':root:not([data-theme="light"]) {');

/** Relative luminance, WCAG 2.2 definition. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(a: string, b: string): number {
  const [dim, bright] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (bright! + 0.05) / (dim! + 0.05);
}

function of(theme: Theme, token: string): string {
  const value = theme.get(token);
  if (!value) throw new Error(`no colour --qd-${token}`);
  return value;
}

const SURFACES = ["canvas", "surface", "raised", "sunken", "hover", "selected"];
const PAGES = ["canvas", "surface", "raised"];
const BOXES = ["graph-canvas", "graph-box-1", "graph-box-2", "graph-box-3"];
const STATES = ["ok", "warn", "fail", "unknown", "off", "info", "progress"];
const TEXT = 4.5;
const MARK = 3;

/** [what, foregrounds, the backgrounds each may stand on, least ratio] */
const PAIRS: [string, string[], string[], number][] = [
  ["text", ["ink", "ink-2", "ink-3"], SURFACES, TEXT],
  ["links", ["accent"], [...SURFACES, "accent-soft"], TEXT],
  ["words on the primary button", ["on-accent"], ["accent-fill", "accent-fill-hover"], TEXT],
  ["words on the danger button", ["on-accent"], ["fail-fill", "fail-fill-hover"], TEXT],
  ["outlines of controls", ["line-control"], PAGES, MARK],
  ["the focus ring", ["focus"], SURFACES, MARK],
  ...STATES.flatMap((state): typeof PAIRS => [
    [`words of ${state}`, [`${state}-text`], [`${state}-bg`, ...SURFACES], TEXT],
    [`marks of ${state}`, [`${state}-mark`, `${state}-border`], [`${state}-bg`, ...PAGES], MARK],
  ]),
  ["edges of the graph", ["graph-edge", "graph-warn-edge", "graph-fail-edge"], BOXES, MARK],
  ["outlines of nodes and boxes", ["graph-node-border", "graph-box-border"], BOXES, MARK],
  [
    "text of the graph",
    ["graph-node-text", "graph-edge-label", "graph-box-text"],
    [...BOXES, "graph-node"],
    TEXT,
  ],
  [
    "selection, canary and mTLS exceptions",
    ["graph-select", "graph-canary", "graph-mtls"],
    [...BOXES, "graph-node"],
    MARK,
  ],
  ["lines of charts", ["series-1", "series-2", "series-3", "series-4"], PAGES, MARK],
  [
    "code",
    ["code-key", "code-string", "code-number", "code-comment", "code-punct", "code-gutter"],
    ["raised", "surface", "code-line", "diff-add-bg", "diff-del-bg", "fail-bg"],
    TEXT,
  ],
  ["changed words of a diff", ["ink"], ["diff-add-word", "diff-del-word"], TEXT],
];

describe.each([
  ["light", light],
  ["dark", dark],
])("contrast, %s", (_name, theme) => {
  it.each(PAIRS)("%s", (_what, foregrounds, backgrounds, least) => {
    const weak = foregrounds.flatMap((foreground) =>
      backgrounds
        .map((background) => ({
          pair: `${foreground} on ${background}`,
          ratio: contrast(of(theme, foreground), of(theme, background)),
        }))
        .filter(({ ratio }) => ratio < least),
    );
    expect(weak).toEqual([]);
  });
});

describe("tokens", () => {
  it("compute the ratio that WCAG gives for black on white and for a known grey", () => {
    expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 5);
    expect(contrast("#767676", "#ffffff")).toBeCloseTo(4.54, 2);
  });

  it("are the same dark, chosen or by the system", () => {
    expect(dark.size).toBeGreaterThan(60);
    expect([...darkBySystem]).toEqual([...dark]);
  });

  it("have a dark value for every light colour", () => {
    expect([...light.keys()].filter((token) => !dark.has(token))).toEqual([]);
  });
});
