const WIDTH = 120;
const HEIGHT = 22;

/** The stretches of points that were measured; where data is missing the line breaks. */
function stretches(points: readonly (number | null)[]): [number, number][][] {
  const runs: [number, number][][] = [];
  let run: [number, number][] | undefined;
  points.forEach((value, index) => {
    if (value === null || !Number.isFinite(value)) {
      run = undefined;
      return;
    }
    if (!run) runs.push((run = []));
    run.push([index, value]);
  });
  return runs;
}

/**
 * A line that starts at zero and ends now. Red only while failing.
 *
 * `max` fixes the scale, so that the lines of one column compare; `label` says the line in words
 * where no figure beside it does.
 */
export function Sparkline({
  points,
  failing = false,
  tone = failing ? "failing" : "neutral",
  max,
  label,
}: {
  points: readonly (number | null)[];
  failing?: boolean;
  tone?: "neutral" | "failing" | "canary";
  max?: number;
  label?: string;
}) {
  const top = max ?? Math.max(0, ...points.map((value) => value ?? 0));
  const x = (index: number) => ((index / Math.max(1, points.length - 1)) * WIDTH).toFixed(1);
  const y = (value: number) =>
    (HEIGHT - 1 - (top > 0 ? Math.min(1, value / top) : 0) * (HEIGHT - 3)).toFixed(1);
  const named = label ? { role: "img", "aria-label": label } : { "aria-hidden": true };
  return (
    <svg
      className="qd-spark"
      data-tone={tone}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      {...named}
    >
      {stretches(points).map((run) => {
        const [first] = run[0] ?? [0];
        const [last] = run.at(-1) ?? [0];
        const line = `M${run.map(([index, value]) => `${x(index)} ${y(value)}`).join("L")}`;
        return [
          <path
            key={`area-${first}`}
            data-area=""
            d={`${line}L${x(last)} ${HEIGHT}L${x(first)} ${HEIGHT}Z`}
          />,
          <path key={`line-${first}`} d={line} />,
        ];
      })}
    </svg>
  );
}
