"use client";

import { useEffect, useRef, useState } from "react";

/** `value` at once after a pause of `ms`; while it goes on changing, as it is every `ms`. */
export function usePaced<T>(value: T, ms: number): T {
  const [paced, setPaced] = useState(value);
  const handedOn = useRef(-Infinity);
  useEffect(() => {
    const wait = handedOn.current + ms - performance.now();
    const timer = setTimeout(() => {
      handedOn.current = performance.now();
      setPaced(value);
    }, wait);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return paced;
}
