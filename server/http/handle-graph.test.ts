import { expect, it } from "vitest";
import { handleGraph } from "./handle-graph";

it.each([
  ["type=pods", "type"],
  ["duration=forever", "duration"],
  ["at=noon", "at"],
  ["namespace=Shop", "namespace"],
  ["format=png", "format"],
  ["type=app&type=service", "type: is given once"],
  ["colour=red", "query"],
])("refuses ?%s with 400, naming what is wrong", async (query, named) => {
  const response = await handleGraph(new Request(`http://localhost/api/v1/graph?${query}`));
  expect(response.status).toBe(400);
  const { error } = (await response.json()) as { error: { code: string; message: string } };
  expect(error.code).toBe("invalid");
  expect(error.message).toContain(named);
});
