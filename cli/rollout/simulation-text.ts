import type { Story } from "./story";

/** Stories for people: one line for each thing that happened, in the order of time. */
export const simulationText = (stories: readonly Story[]): string =>
  stories.map(textOf).join("\n\n");

function textOf({ rollout, writes, phases, checks, final }: Story): string {
  const lines = [
    ...checks.map(({ t, verdict, reason }) => ({
      t,
      rank: 0,
      text: `check ${verdict}: ${reason}`,
    })),
    ...phases.map(({ t, phase, reason, message }) => ({
      t,
      rank: 1,
      text: [phase, reason && `(${reason})`, message && `- ${message}`].filter(Boolean).join(" "),
    })),
    ...writes.map(({ t, kind, namespace, name, weights }) => ({
      t,
      rank: 2,
      text: `write ${kind} ${namespace}/${name}: ${weightsText(weights)}`,
    })),
  ].sort((a, b) => a.t - b.t || a.rank - b.rank);
  const end = `${final.phase}, ${weightsText(final.weights) || "no weights"}`;
  return [rollout, ...lines.map(({ t, text }) => `${String(t).padStart(6)} s  ${text}`), end].join(
    "\n",
  );
}

const weightsText = (weights: Readonly<Record<string, number>>): string =>
  Object.entries(weights)
    .map(([version, weight]) => `${version} ${weight}`)
    .join(", ");
