// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, test, vi } from "vitest";
import { analyzeDraft } from "@/lib/analysis/draft";
import { RULES } from "@/lib/analysis/rules.gen";
import { CONFIG_KINDS } from "@/lib/istio/kinds";
import { customResourceDefinitions } from "@/lib/istio/schemas/custom-resource-definitions";
import { meshView } from "@/lib/mesh/view";
import { formatPath } from "@/lib/yaml/field-path";
import { applyBlock, type ApplyQuestion } from "./apply-block";
import { draftDifference } from "./changed-lines";
import { draftStore } from "./draft-store";
import { mergeDraft } from "./merge-draft";
import { newObjectText } from "./new-object";

const DRAFT = { text: "typed", baseText: "stored", resourceVersion: "7" };

/** A storage that can be full. */
function fakeStorage() {
  const values = new Map<string, string>();
  const storage = {
    full: false,
    getItem: (key: string) => values.get(key) ?? null,
    setItem(key: string, value: string) {
      if (storage.full) throw new DOMException("full", "QuotaExceededError");
      values.set(key, value);
      Object.defineProperty(storage, key, { enumerable: true, configurable: true, value });
    },
    removeItem(key: string) {
      values.delete(key);
      Reflect.deleteProperty(storage, key);
    },
  };
  return storage;
}

describe("the draft store", () => {
  let browser = fakeStorage();
  let tab = fakeStorage();
  beforeEach(() => {
    browser = fakeStorage();
    tab = fakeStorage();
    vi.stubGlobal("localStorage", browser);
    vi.stubGlobal("sessionStorage", tab);
    draftStore.remove("k");
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it("keeps what was typed, and tells who listens", () => {
    const listener = vi.fn();
    const stop = draftStore.subscribe(listener);
    expect(draftStore.write("k", DRAFT)).toBe("browser");
    expect(draftStore.read("k")).toMatchObject(DRAFT);
    expect(draftStore.keys()).toEqual(["k"]);
    draftStore.remove("k");
    expect(draftStore.read("k")).toBeUndefined();
    expect(listener).toHaveBeenCalledTimes(2);
    stop();
  });

  it("falls back to the tab, then to the page, when storage is full", () => {
    browser.full = true;
    expect(draftStore.write("k", DRAFT)).toBe("tab");
    expect(draftStore.read("k")).toMatchObject(DRAFT);
    tab.full = true;
    expect(draftStore.write("k", { ...DRAFT, text: "more" })).toBe("page");
    expect(draftStore.read("k")?.text).toBe("more");
    expect(draftStore.keys()).toEqual(["k"]);
  });

  it("falls back to the page when storage is forbidden", () => {
    vi.stubGlobal("localStorage", undefined);
    vi.stubGlobal("sessionStorage", undefined);
    expect(draftStore.write("k", DRAFT)).toBe("page");
    expect(draftStore.read("k")).toMatchObject(DRAFT);
  });

  it("never shows an older text than the one that was kept last", () => {
    draftStore.write("k", { ...DRAFT, text: "old" });
    browser.full = true;
    draftStore.write("k", { ...DRAFT, text: "new" });
    expect(draftStore.read("k")?.text).toBe("new");
  });

  it("reads nothing from what is not a draft", () => {
    browser.setItem("quarterdeck.draft:k", "{broken");
    expect(draftStore.read("k")).toBeUndefined();
  });
});

describe("what blocks an apply", () => {
  const finding = { level: "Error", line: 25, message: "Subset v3 is not defined." };
  const report = { findings: [], elsewhere: [], unsendable: undefined };
  const ready: ApplyQuestion = {
    dirty: true,
    isNew: false,
    readOnly: false,
    fresh: true,
    report: report as never,
    analysisFailed: false,
    conflict: false,
    verdict: undefined,
  };
  const reason = (change: object) => applyBlock({ ...ready, ...change })?.reason;

  test("nothing, when all is well", () => {
    expect(applyBlock(ready)).toBeUndefined();
    expect(
      applyBlock({ ...ready, verdict: { type: "accepted", warnings: ["w"], result: "" } }),
    ).toBeUndefined();
  });

  test.each<[string, object, RegExp]>([
    ["read-only mode", { readOnly: true }, /read-only/],
    ["no change", { dirty: false }, /Nothing differs/],
    ["an untouched template", { dirty: false, isNew: true }, /fill in the template/],
    ["a conflict", { conflict: true }, /Rebase/],
    ["a server that is down", { analysisFailed: true }, /does not answer/],
    ["text that is newer than its findings", { fresh: false }, /Checking/],
    [
      "an error at a line",
      { report: { ...report, findings: [finding] } },
      /^Blocked by 1 error on line 25\. Fix it first\.$/,
    ],
    [
      "errors at lines",
      { report: { ...report, findings: [finding, { ...finding, line: 3 }, finding] } },
      /^Blocked by 3 errors on lines 3, 25/,
    ],
    [
      "what cannot be sent",
      { report: { ...report, unsendable: "The text holds 2 objects." } },
      /2 objects/,
    ],
    [
      "what breaks elsewhere",
      {
        report: {
          ...report,
          elsewhere: [{ ...finding, kind: "VirtualService", namespace: "a", name: "b" }],
        },
      },
      /break VirtualService a\/b/,
    ],
    ["a refusal", { verdict: { type: "refused", message: "no", causes: [] } }, /refuses it: no/],
  ])("%s", (_, change, expected) => {
    expect(reason(change)).toMatch(expected);
  });

  test("only errors of ours can be overridden", () => {
    expect(
      applyBlock({ ...ready, report: { ...report, findings: [finding] } as never })?.overridable,
    ).toBe(true);
    expect(applyBlock({ ...ready, readOnly: true })?.overridable).toBe(false);
    expect(
      applyBlock({
        ...ready,
        report: { ...report, findings: [{ ...finding, level: "Warning" }] } as never,
      }),
    ).toBeUndefined();
  });
});

describe("merging a draft", () => {
  const texts = {
    base: "a: 1\nb: 1\nc: 1\n",
    theirs: "a: 2\nb: 2\nc: 1\n",
    yours: "a: 3 # mine\nb: 1\nc: 4\n",
  };

  it("takes their changes, keeps mine and my comments, and asks about the rest", () => {
    const merged = mergeDraft(texts, () => undefined);
    expect(merged).toMatchObject({
      text: "a: 3 # mine\nb: 2\nc: 4\n",
      taken: 1,
      unreadable: undefined,
    });
    expect(merged.conflicts.map(({ path }) => formatPath(path))).toEqual(["a"]);
    expect(mergeDraft(texts, () => "theirs").text).toBe("a: 2 # mine\nb: 2\nc: 4\n");
  });

  it("leaves a broken text as it is", () => {
    const merged = mergeDraft({ ...texts, yours: "a: [\n" }, () => undefined);
    expect(merged.text).toBe("a: [\n");
    expect(merged.unreadable).toContain("cannot be read");
  });
});

test("lines that stand in for others count as changed, the rest as added", () => {
  expect(draftDifference("a\nb\nc\n", "a\nB\nx\nc\n")).toEqual({
    lines: [
      { line: 2, change: "changed" },
      { line: 3, change: "added" },
    ],
    added: 2,
    removed: 1,
    changed: 2,
  });
  expect(draftDifference("", "a\n")).toMatchObject({ added: 1, removed: 0 });
});

test.each(CONFIG_KINDS)("the template of a new %s is one object of this kind", (kind) => {
  const mesh = meshView(customResourceDefinitions());
  const { objects } = analyzeDraft(newObjectText(kind, "shop"), mesh, {
    rules: RULES,
    namespace: "shop",
  });
  expect(objects.map((draft) => draft.kind)).toEqual([kind]);
});
