import type { Measure } from "./format";

/** A number that stands out, its unit beside it in small. */
export function Figure({ value, unit }: Measure) {
  return (
    <span className="qd-figure">
      {value}
      {unit ? <span className="qd-unit">{unit}</span> : null}
    </span>
  );
}
