import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { kubeconfigVariable } from "../env";

/**
 * The kubeconfig that kubectl would take: the first that `KUBECONFIG` names, else `~/.kube/config`;
 * undefined where there is neither.
 */
export function usualKubeconfig(): string | undefined {
  const [named] = (kubeconfigVariable() ?? "").split(delimiter).filter((path) => path !== "");
  if (named !== undefined) return named;
  const usual = join(homedir(), ".kube", "config");
  return existsSync(usual) ? usual : undefined;
}
