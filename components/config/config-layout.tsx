import type { ReactNode } from "react";
import { ConfigList } from "./config-list";

/** The list of objects beside what is open. */
export function ConfigLayout({ children }: { children: ReactNode }) {
  return (
    <div className="qd-flush qd-config">
      <ConfigList />
      {children}
    </div>
  );
}
