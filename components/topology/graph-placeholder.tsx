"use client";

import { useEffect, useState } from "react";

const PLATES = [
  [6, 44],
  [28, 44],
  [52, 20],
  [52, 44],
  [52, 68],
  [76, 34],
  [76, 58],
] as const;

/** Plates where plates will be, shown only when it takes longer than 300 ms. */
export function GraphPlaceholder({ label }: { label: string }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 300);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className="qd-graph" role="group" aria-busy="true" aria-label={label}>
      <div className="qd-graph-ground">
        {shown
          ? PLATES.map(([left, top]) => (
              <span
                key={`${left} ${top}`}
                className="qd-graph-placeholder"
                style={{ left: `${left}%`, top: `${top}%` }}
              />
            ))
          : null}
      </div>
    </div>
  );
}
