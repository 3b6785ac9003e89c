import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { LabError } from "./lab-error";
import { attempt } from "./shell";

interface Prerequisite {
  readonly program: string;
  readonly install: string;
}

const TO_BUILD: readonly Prerequisite[] = [
  { program: "go", install: "install Go 1.26 or newer" },
  { program: "python3", install: "apt-get install python3 python3-venv" },
];
const TO_RUN: readonly Prerequisite[] = [
  { program: "ip", install: "apt-get install iproute2" },
  { program: "iptables", install: "apt-get install iptables" },
  { program: "setpriv", install: "apt-get install util-linux" },
  { program: "openssl", install: "apt-get install openssl" },
  { program: "prometheus", install: "apt-get install prometheus" },
];

/** @throws LabError naming each missing program with the command that installs it. */
export function requirePrograms(purpose: "build" | "run", path: string): void {
  const missing = (purpose === "build" ? TO_BUILD : TO_RUN).filter(
    ({ program }) => !find(program, path),
  );
  if (missing.length === 0) return;
  const list = missing.map(({ program, install }) => `${program} (${install})`).join(", ");
  throw new LabError(`the lab needs ${list}`);
}

/** @throws LabError unless this user may make network namespaces. */
export function requireNamespaces(): void {
  if (process.getuid?.() !== 0) {
    throw new LabError("the lab makes network namespaces, which takes root: run it with sudo");
  }
  const probe = `qd-probe-${process.pid}`;
  if (!attempt("ip", ["netns", "add", probe])) {
    throw new LabError(
      "this machine refuses network namespaces (ip netns add): run on a host or VM that allows them",
    );
  }
  attempt("ip", ["netns", "del", probe]);
}

/** The full path of a program, or undefined. */
function find(program: string, path: string): string | undefined {
  return path
    .split(delimiter)
    .concat(["/usr/sbin", "/sbin"])
    .map((folder) => join(folder, program))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
