/** Fill = measured, tick = wanted, hatched = waited for. Shares are 0 to 1; null is no data. */
export function ShareBar({
  measured,
  wanted,
  waiting,
  tone = "canary",
  label,
}: {
  measured: number | null;
  wanted?: number;
  /** Hatched from `measured` up to here. */
  waiting?: number;
  tone?: "canary" | "stable" | "ok" | "fail";
  label: string;
}) {
  const width = (share: number) => `${Math.min(1, Math.max(0, share)) * 100}%`;
  return (
    <span className="qd-share" data-tone={tone} role="img" aria-label={label}>
      {waiting === undefined ? null : <i data-waiting="" style={{ width: width(waiting) }} />}
      <i style={{ width: width(measured ?? 0) }} />
      {wanted === undefined ? null : <b style={{ left: `calc(${width(wanted)} - 2px)` }} />}
    </span>
  );
}
