import { expect, it, vi } from "vitest";
import { AppError } from "./errors";

it("knows the errors of another copy of the module, and no others", async () => {
  vi.resetModules();
  const other = await import("./errors");
  expect(other.AppError).not.toBe(AppError);
  expect(new other.AppError("timeout", "late")).toBeInstanceOf(AppError);
  expect(new Error("bug")).not.toBeInstanceOf(AppError);
  expect(null).not.toBeInstanceOf(AppError);
});
