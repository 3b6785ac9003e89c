import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { fixedLock, type Lock } from "./fix-lock.mjs";

const text = readFileSync(fileURLToPath(new URL("../package-lock.json", import.meta.url)), "utf8");

test("the lock holds every optional dependency, so that npm ci takes it (else run scripts/fix-lock.mjs)", () => {
  const lock = JSON.parse(text) as Lock;
  expect(fixedLock(lock)).toEqual(lock);
});

test("the lock names no registry", () => {
  expect(text.match(/https?:\/\/[^"]*(registry|npm)[^"]*\.tgz/g)).toBeNull();
});

test("a missing binary package is added with its platform, and an address goes", () => {
  const lock: Lock = {
    packages: {
      "": {},
      "node_modules/next": {
        version: "1.0.0",
        resolved: "https://registry.example/next.tgz",
        optionalDependencies: { "@next/swc-win32-x64-msvc": "1.0.0", here: "2.0.0" },
      },
      "node_modules/here": { version: "2.0.0" },
    },
  };
  expect(fixedLock(lock).packages).toEqual({
    "": {},
    "node_modules/@next/swc-win32-x64-msvc": {
      version: "1.0.0",
      os: ["win32"],
      cpu: ["x64"],
      optional: true,
    },
    "node_modules/here": { version: "2.0.0" },
    "node_modules/next": {
      version: "1.0.0",
      optionalDependencies: { "@next/swc-win32-x64-msvc": "1.0.0", here: "2.0.0" },
    },
  });
});

test("a package whose platform cannot be told is not guessed", () => {
  const lock: Lock = {
    packages: { "node_modules/a": { optionalDependencies: { fsevents: "1.0.0" } } },
  };
  expect(() => fixedLock(lock)).toThrow("cannot tell the platform of fsevents");
});
