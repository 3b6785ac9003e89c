import { existsSync, readdirSync } from "node:fs";
import type { Folders } from "../folders";
import { NETNS_PREFIX } from "../network";
import { living } from "../processes";

const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);

/** @throws Error naming what of the lab is left on this machine; logs may stay */
export function nothingLeft(folders: Folders): string {
  const mine = (folder: string, prefix: string) =>
    namesIn(folder).filter((name) => name.startsWith(prefix));
  const left = [
    ...mine("/var/run/netns", NETNS_PREFIX),
    ...mine("/etc/netns", NETNS_PREFIX),
    ...mine("/sys/class/net", "qd"),
    ...living(folders).map(({ name }) => name),
    ...namesIn(folders.run).filter((name) => name !== "logs"),
  ];
  if (left.length > 0) throw new Error(`left behind: ${left.join(", ")}`);
  return "no process, namespace, link or file";
}
