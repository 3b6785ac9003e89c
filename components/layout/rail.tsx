"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { Icon } from "@/components/ui/icon";
import { isOn, PAGES } from "./pages";
import { useRailCounts } from "./use-rail-counts";
import { useScopedHref } from "./use-namespace-scope";

/** The main navigation; at the left, or along the bottom where the window is narrow. */
export function Rail() {
  const counts = useRailCounts();
  const pathname = usePathname();
  const scoped = useScopedHref();
  return (
    <nav className="qd-rail" aria-label="Main">
      <ul>
        {PAGES.map((page) => {
          const count = counts[page.path];
          return (
            <li key={page.path}>
              <Link
                href={scoped(page.path)}
                aria-current={isOn(page, pathname) ? "page" : undefined}
              >
                <Icon of={page.icon} size={18} />
                <span className="qd-rail-name">{page.name}</span>
                {count && count.count > 0 ? (
                  <span className="qd-rail-count" data-status={count.status}>
                    <span className="sr-only">: </span>
                    {count.count > 99 ? "99+" : count.count}
                    <span className="sr-only"> need attention</span>
                  </span>
                ) : null}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
