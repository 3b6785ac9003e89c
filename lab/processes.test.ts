import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Folders } from "./folders";
import { LabError } from "./lab-error";
import { kill, living, restart, start, startTime, stopAll } from "./processes";

let folders: Folders;
const file = () => join(folders.run, "processes");

beforeEach(() => {
  const root = mkdtempSync(join(tmpdir(), "quarterdeck-processes-"));
  const [run, logs] = [join(root, "run"), join(root, "run", "logs")];
  mkdirSync(logs, { recursive: true });
  folders = { root, run, logs, bin: join(root, "bin"), venv: join(root, "venv") };
});
afterEach(async () => {
  await stopAll(folders, 2_000);
  rmSync(folders.root, { recursive: true });
});

/** A daemon that says something and stays; a child of its own stays with it. */
function daemon(name: string, script = "") {
  start(folders, {
    name,
    program: "/bin/sh",
    args: ["-c", `echo "$GREETING"; ${script} sleep 60 & wait`],
    env: { PATH: process.env.PATH, GREETING: `hello ${name}` },
  });
}
const pids = () => living(folders).map(({ pid }) => pid);

test("a daemon is remembered by name, its output goes to its log", async () => {
  daemon("one");
  daemon("two");
  expect(living(folders).map(({ name }) => name)).toEqual(["one", "two"]);
  await vi.waitFor(() =>
    expect(readFileSync(join(folders.logs, "one.log"), "utf8")).toBe("hello one\n"),
  );
  expect(statSync(file()).mode & 0o077).toBe(0);
});

test("kill ends one daemon, restart starts it with the command and environment that it had", async () => {
  daemon("one");
  daemon("two");
  const [one] = pids();
  await kill(folders, "one");
  expect(living(folders).map(({ name }) => name)).toEqual(["two"]);
  await expect(kill(folders, "one")).rejects.toThrow(LabError);
  await restart(folders, "one");
  expect(living(folders).map(({ name }) => name)).toEqual(["two", "one"]);
  expect(pids()).not.toContain(one);
  await vi.waitFor(() =>
    expect(readFileSync(join(folders.logs, "one.log"), "utf8")).toBe("hello one\nhello one\n"),
  );
});

test("restart of one that runs replaces it; of one that never ran it is refused", async () => {
  daemon("one");
  const before = pids();
  await restart(folders, "one");
  expect(pids()).toHaveLength(1);
  expect(pids()).not.toEqual(before);
  await expect(restart(folders, "three")).rejects.toThrow("no process three was started");
});

test("stopAll ends those that ignore SIGTERM too, and forgets them", async () => {
  daemon("deaf", "trap '' TERM;");
  const [pid = 0] = pids();
  await vi.waitFor(() => expect(existsSync(join(folders.logs, "deaf.log"))).toBe(true));
  await stopAll(folders, 300);
  expect(startTime(pid)).toBeUndefined();
  expect(existsSync(file())).toBe(false);
});

test("a line that a crash cut off, and a number that another process has now, do not count", () => {
  const stranger = { pid: process.pid, started: 1, daemon: { name: "x", program: "x", args: [] } };
  appendFileSync(file(), `${JSON.stringify(stranger)}\n{"pid":1,"star`);
  expect(living(folders)).toEqual([]);
});
