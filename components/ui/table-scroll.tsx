"use client";

import { type ReactNode, type Ref, useEffect, useRef, useState } from "react";

/** Lets wide content scroll inside the page; a tab stop of its own only while there is something to scroll. */
export function TableScroll({
  label,
  children,
  maxHeight,
  onScroll,
  ref,
}: {
  label: string;
  children: ReactNode;
  maxHeight?: string | number;
  onScroll?: (top: number, height: number) => void;
  ref?: Ref<HTMLDivElement>;
}) {
  const own = useRef<HTMLDivElement>(null);
  const [overflows, setOverflows] = useState(false);

  useEffect(() => {
    const element = own.current;
    if (!element) return;
    const measure = () =>
      setOverflows(
        element.scrollWidth > element.clientWidth + 1 ||
          element.scrollHeight > element.clientHeight + 1,
      );
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    if (element.firstElementChild) observer.observe(element.firstElementChild);
    return () => observer.disconnect();
  }, []);

  return (
    <div
      ref={(element) => {
        own.current = element;
        if (typeof ref === "function") ref(element);
        else if (ref) ref.current = element;
      }}
      className="qd-table-scroll"
      style={{ maxHeight }}
      onScroll={
        onScroll && ((e) => onScroll(e.currentTarget.scrollTop, e.currentTarget.clientHeight))
      }
      {...(overflows ? { tabIndex: 0, role: "group", "aria-label": `${label}, scrolls` } : {})}
    >
      {children}
    </div>
  );
}
