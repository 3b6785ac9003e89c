import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LOG_LEVELS, readEnvoyLoggers, readIstiodScopes } from "./log-level";
import { levelsToPutBack, mergedLevels } from "./log-level-change";

describe("readEnvoyLoggers", () => {
  test("takes each logger of the answer", () => {
    expect(readEnvoyLoggers("active loggers:\n  admin: warning\n  http2: debug\n")).toEqual([
      { name: "admin", level: "warning", about: undefined },
      { name: "http2", level: "debug", about: undefined },
    ]);
  });

  test.each(["", "usage: /logging?<name>=<level>\n", "error: unknown logger name\n"])(
    "%j is no list of loggers",
    (text) => expect(readEnvoyLoggers(text)).toBeUndefined(),
  );
});

describe("readIstiodScopes", () => {
  test("keeps what must be sent back, and leaves out the scope that stands for all", () => {
    const scopes = readIstiodScopes([
      { name: "model", description: "", output_level: "info", stack_trace_level: "error" },
      { name: "all", description: "", output_level: "info", stack_trace_level: "none" },
      { name: "ads", description: "ads debugging", output_level: "debug", log_callers: true },
      { name: "broken" },
    ]);
    expect(scopes).toEqual([
      {
        ...{ name: "ads", level: "debug", about: "ads debugging" },
        stackTraceLevel: "none",
        logCallers: true,
      },
      {
        ...{ name: "model", level: "info", about: undefined },
        stackTraceLevel: "error",
        logCallers: false,
      },
    ]);
  });

  test("an answer of another shape is none", () => {
    expect(readIstiodScopes({ scopes: [] })).toBeUndefined();
  });
});

describe("a change", () => {
  const now = [
    { name: "http", level: "warning", about: undefined },
    { name: "rbac", level: "info", about: undefined },
  ];

  test("remembers only what it changes", () => {
    expect(mergedLevels(undefined, now, { http: "debug", rbac: "info", gone: "debug" })).toEqual({
      from: { http: "warning" },
      to: { http: "debug" },
    });
  });

  test("on top of another one goes back to what was before the first", () => {
    const first = { from: { http: "error" }, to: { http: "warning" } };
    expect(mergedLevels(first, now, { http: "trace", rbac: "debug" })).toEqual({
      from: { http: "error", rbac: "info" },
      to: { http: "trace", rbac: "debug" },
    });
  });

  test("leaves what somebody else set meanwhile", () => {
    const change = {
      from: { http: "error", rbac: "error" },
      to: { http: "warning", rbac: "debug" },
    };
    expect(levelsToPutBack(change, now)).toEqual({ http: "error" });
  });

  test("and its end leave every logger as it was, whatever was asked on top", () => {
    const level = fc.constantFrom<string>(...LOG_LEVELS.envoy);
    const name = fc.constantFrom("a", "b", "c");
    fc.assert(
      fc.property(
        fc.dictionary(name, level),
        fc.array(fc.dictionary(name, level), { maxLength: 4 }),
        (start, wishes) => {
          const state = new Map(Object.entries(start));
          const list = () =>
            [...state].map(([key, value]) => ({ name: key, level: value, about: undefined }));
          let change: ReturnType<typeof mergedLevels> | undefined;
          for (const wish of wishes) {
            change = mergedLevels(change, list(), wish);
            for (const [key, value] of Object.entries(wish))
              if (state.has(key)) state.set(key, value);
          }
          if (change) {
            for (const [key, value] of Object.entries(levelsToPutBack(change, list())))
              state.set(key, value);
          }
          expect(Object.fromEntries(state)).toEqual(start);
        },
      ),
    );
  });
});
