import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decided, routes, shop, to } from "./testing";

const subset = fc.constantFrom("v1", "v2", "none", "missing");
const stringMatch = fc.oneof(
  fc.record({ exact: fc.constantFrom("/", "/a", "/b", "x") }),
  fc.record({ prefix: fc.constantFrom("/", "/a", "x") }),
  fc.record({ regex: fc.constantFrom(".*", "/[ab]", "*", "(") }),
  fc.constant({}),
);
const match = fc.record(
  {
    uri: stringMatch,
    headers: fc.dictionary(fc.constantFrom("x-a", "x-b"), stringMatch, { maxKeys: 2 }),
    withoutHeaders: fc.dictionary(fc.constantFrom("x-a", "x-b"), stringMatch, { maxKeys: 1 }),
    method: fc.constantFrom({ exact: "GET" }, { exact: "PUT" }),
    port: fc.constantFrom(80, 9080),
    sourceLabels: fc.constantFrom({ app: "web" }, { app: "other" }),
  },
  { requiredKeys: [] },
);
const destination = fc.record({
  destination: fc.record({ host: fc.constantFrom("reviews", "unknown"), subset }),
  weight: fc.nat(100),
});
const route = fc.record(
  {
    match: fc.array(match, { maxLength: 3 }),
    route: fc.array(destination, { minLength: 1, maxLength: 4 }),
    redirect: fc.constant({ uri: "/elsewhere" }),
    fault: fc.record({ abort: fc.record({ httpStatus: fc.constant(500) }) }),
    timeout: fc.constantFrom("1s", "nonsense"),
  },
  { requiredKeys: ["route"] },
);
const request = fc.record({
  path: fc.constantFrom("/", "/a", "/ab?c=d", "//x", "/%61"),
  method: fc.constantFrom("GET", "PUT"),
  headers: fc.dictionary(fc.constantFrom("x-a", "x-b"), fc.constantFrom("x", "/a"), { maxKeys: 2 }),
});
const draw = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe("for any routes, drafts among them", () => {
  it("a request gets exactly one outcome, and equal inputs give equal ones", () => {
    fc.assert(
      fc.property(fc.array(route, { maxLength: 4 }), request, draw, (http, asked, number) => {
        const mesh = shop(routes(...http));
        const { trace: steps, ...decision } = decided(mesh, asked, { draw: number });
        expect(["answer", "forward", "close"]).toContain(decision.action.type);
        if (decision.action.type === "forward") expect(decision.cluster).toBeDefined();
        const again = decided(mesh, asked, { draw: number });
        const plain = (value: unknown) => JSON.stringify(value);
        expect(plain(again.action)).toBe(plain(decision.action));
        expect(again.trace).toEqual(steps);
      }),
    );
  });

  it("the route taken is the first whose conditions hold", () => {
    fc.assert(
      fc.property(fc.array(route, { minLength: 1 }), request, (http, asked) => {
        const { route: taken, trace } = decided(shop(routes(...http)), asked);
        const tried = trace.filter(({ step, path }) => step === "route" && path !== undefined);
        expect(tried.slice(0, -1).every((step) => !step.taken)).toBe(true);
        if (taken?.object)
          expect(tried.at(-1)).toMatchObject({ taken: true, path: taken.matchPath });
      }),
    );
  });

  it("shares come out as the weights say, and nothing goes to a weight of 0", () => {
    const weights = fc.array(fc.nat(20), { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(
        weights.filter((list) => list.some((weight) => weight > 0)),
        (list) => {
          const mesh = shop(
            routes({
              route: list.map((weight, index) => ({
                destination: { host: "reviews", port: { number: 9080 }, subset: `s${index}` },
                weight,
              })),
            }),
          );
          const total = list.reduce((sum, weight) => sum + weight, 0);
          const counts = list.map(() => 0);
          for (let step = 0; step < total; step += 1) {
            const { trace } = decided(mesh, {}, { draw: (step + 0.5) / total });
            const chosen = trace.find((each) => each.step === "destination" && each.taken);
            const index = Number(/route\[(\d+)\]$/.exec(chosen?.path ?? "")?.[1]);
            counts[index]! += 1;
          }
          expect(counts).toEqual(list);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe("a canary of any weight", () => {
  it("never changes what other routes do", () => {
    fc.assert(
      fc.property(fc.nat(100), draw, (weight, number) => {
        const canary = {
          route: [
            { destination: { host: "reviews", subset: "v1" }, weight: 100 - weight },
            { destination: { host: "reviews", subset: "v2" }, weight },
          ],
        };
        const mesh = shop(routes(to("v2", { match: [{ uri: { exact: "/beta" } }] }), canary));
        const { cluster } = decided(mesh, { path: "/beta" }, { draw: number });
        expect(cluster).toContain("|v2|");
      }),
    );
  });
});
