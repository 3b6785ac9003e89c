"use client";

import { useEffect, useState } from "react";

const WIDTHS = ["38%", "44%", "32%", "41%", "35%"] as const;

/** Rows in the shape of what comes; shown only when it takes longer than 300 ms. */
export function Skeleton({ label, rows = 3 }: { label: string; rows?: number }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 300);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div role="group" aria-busy="true" aria-label={label} style={{ minHeight: rows * 32 }}>
      {shown
        ? Array.from({ length: rows }, (_, row) => (
            <div key={row} className="qd-skeleton-row">
              <span className="qd-skeleton" style={{ width: WIDTHS[row % WIDTHS.length] }} />
              <span className="qd-skeleton" style={{ width: "12%" }} />
              <span className="qd-skeleton" style={{ width: "9%" }} />
            </div>
          ))
        : null}
    </div>
  );
}
