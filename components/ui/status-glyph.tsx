import type { ReactNode } from "react";

/** The seven states anything can be in. Shape, word and colour always go together. */
export type StatusName = "ok" | "warn" | "fail" | "progress" | "info" | "unknown" | "off";

const CUT = {
  fill: "none",
  stroke: "var(--qd-surface)",
  strokeWidth: 1.8,
  strokeLinecap: "round",
} as const;
const LINE = {
  fill: "none",
  stroke: "currentcolor",
  strokeWidth: 1.6,
  strokeLinecap: "round",
} as const;

/** Drawn on a 16 × 16 grid; told apart by outline alone, so that they work without colour. */
const SHAPES: Record<StatusName, ReactNode> = {
  ok: <path {...LINE} strokeWidth={2} strokeLinejoin="round" d="M2.9 8.5 6.2 11.9 13.1 4.7" />,
  warn: (
    <>
      <path fill="currentcolor" d="M8 1.1 15.5 14.5H.5z" />
      <path {...CUT} d="M8 5.9V10M8 12.2v.1" />
    </>
  ),
  fail: (
    <>
      <path fill="currentcolor" d="M5 .8h6L15.2 5v6L11 15.2H5L.8 11V5z" />
      <path {...CUT} d="m5.4 5.4 5.2 5.2m0-5.2-5.2 5.2" />
    </>
  ),
  progress: (
    <>
      <circle {...LINE} cx="8" cy="8" r="6.4" />
      <path fill="currentcolor" d="M8 3.4a4.6 4.6 0 0 1 0 9.2z" />
    </>
  ),
  info: (
    <>
      <rect {...LINE} x="1.6" y="1.6" width="12.8" height="12.8" rx="1.5" />
      <path {...LINE} d="M8 7.4v3.9M8 4.7v.1" />
    </>
  ),
  unknown: (
    <>
      <circle {...LINE} cx="8" cy="8" r="6.6" strokeDasharray="2.4 1.75" />
      <path
        {...LINE}
        strokeWidth={1.5}
        d="M6.1 6.4A1.95 1.95 0 1 1 8.8 8.2C8.2 8.4 8 8.8 8 9.4M8 11.5v.1"
      />
    </>
  ),
  off: (
    <>
      <circle {...LINE} cx="8" cy="8" r="6" />
      <path {...LINE} d="M5.3 8h5.4" />
    </>
  ),
};

/** The shape of a state. Give a `label` only where no word stands beside it. */
export function StatusGlyph({
  status,
  size = 14,
  label,
}: {
  status: StatusName;
  size?: number;
  label?: string;
}) {
  const named = label ? { role: "img", "aria-label": label } : { "aria-hidden": true };
  return (
    <svg
      className="qd-glyph"
      data-status={status}
      viewBox="0 0 16 16"
      width={size}
      height={size}
      {...named}
    >
      {SHAPES[status]}
    </svg>
  );
}
