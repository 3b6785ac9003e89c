import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { meshView } from "@/lib/mesh/view";
import { buildGraph } from "../build-graph";
import { aWorkload, requests, telemetry } from "../testing";
import { complete } from "./complete";
import { applyFind, find } from "./evaluate";
import { FindError } from "./lex";
import { parseFind } from "./parse";

const graph = buildGraph(
  telemetry({
    requests: [
      requests("edge/in", "shop/web-v1", 100),
      requests("shop/web-v1", "shop/cart-v1", 9),
      requests("shop/web-v1", "shop/cart-v1", 1, { response_code: "503", response_flags: "UF" }),
      requests("shop/cart-v1", "data/db-v1", 2),
    ],
  }),
  meshView(aWorkload("data/db-v1", { ready: 1, total: 2 })),
  { windowSeconds: 60, type: "app" },
);

const found = (text: string) => {
  const expression = parseFind(text);
  if (!expression) return [];
  const { nodes, edges } = find(graph, expression);
  return [...nodes, ...edges];
};

describe("an expression", () => {
  it.each([
    ["cart", ["shop/cart"]],
    ["name = cart", ["shop/cart"]],
    ["ns:shop", ["shop/cart", "shop/web"]],
    ["namespace = shop and not name ~ ca", ["shop/web"]],
    ["errors > 5%", ["shop/cart", "shop/web->shop/cart"]],
    ["is = edge rate >= 10", ["edge/in->shop/web", "shop/web->shop/cart"]],
    ["from = edge or (code = 503 and flag = UF)", ["edge/in->shop/web", "shop/web->shop/cart"]],
    ["from = edge or to = data and rate > 50", ["edge/in->shop/web"]],
    ["health = failing or health = degraded", ["data/db", "shop/cart", "shop/web->shop/cart"]],
    ["ready < 100", ["data/db"]],
    ['"ca"', ["shop/cart"]],
    ["p95 > 1s", []],
    ["  ", []],
  ])("%s", (text, ids) => {
    expect(found(text)).toEqual(ids);
  });

  it("says nothing of edges when it asks for what only nodes have", () => {
    expect(found("not namespace = shop")).toEqual(["data/db", "edge/in"]);
  });

  it.each([
    ["colour = red", "There is no attribute 'colour'", 0],
    ["rate > fast", "'fast' is no number", 7],
    ["name > a", "has no order", 5],
    ["rate ~ 1", "has no parts", 5],
    ["(name = a", "not closed", 0],
    ["name = a)", "closes nothing", 8],
    ["name =", "has no value", 6],
    ["and", "has nothing before it", 0],
    ['"a', "does not end", 0],
    ["a or", "missing at the end", 4],
  ])("%s is refused, with the place", (text, message, at) => {
    try {
      parseFind(text);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(FindError);
      expect((error as FindError).message).toContain(message);
      expect((error as FindError).at).toBe(at);
    }
  });

  it("is read or refused, whatever the text", () => {
    fc.assert(
      fc.property(
        fc
          .array(
            fc.constantFrom("(", ")", "and", "or", "not", "a", "rate", ">", "=", "5%", '"', " "),
          )
          .map((parts) => parts.join(" ")),
        (text) => {
          try {
            parseFind(text);
          } catch (error) {
            expect(error).toBeInstanceOf(FindError);
          }
        },
      ),
    );
  });
});

it("hides what it finds, or shows nothing else", () => {
  const found = find(graph, parseFind("namespace = shop") ?? expect.unreachable());
  expect(applyFind(graph, found, "hide").nodes.map(({ id }) => id)).toEqual(["data/db", "edge/in"]);
  const only = applyFind(graph, found, "only");
  expect(only.nodes.map(({ id }) => id)).toEqual(["shop/cart", "shop/web"]);
  expect(only.edges.map(({ id }) => id)).toEqual(["shop/web->shop/cart"]);
});

describe("completion", () => {
  const values = (attribute: string) => (attribute === "namespace" ? ["shop", "data"] : []);
  const offered = (text: string) => complete(text, values).options.map((option) => option.text);

  it("offers attributes, then their values, then what joins", () => {
    expect(offered("na")).toEqual(["name = ", "namespace = "]);
    expect(offered("namespace = ")).toEqual(["shop", "data"]);
    expect(offered("namespace = s")).toEqual(["shop"]);
    expect(offered("health = f")).toEqual(["failing"]);
    expect(offered("health = failing ")[0]).toBe("and");
    expect(complete("rate > 5 and na", values).from).toBe(13);
  });
});
