import {
  Box,
  ChartNoAxesColumnIncreasing,
  FileText,
  type LucideIcon,
  TextAlignStart,
  Workflow,
} from "lucide-react";

/** A place of its own in the rail. */
export interface Page {
  readonly path: string;
  readonly name: string;
  readonly icon: LucideIcon;
  /** Key pressed after `g`. */
  readonly key: string;
}

/** The pages, in the order of the rail. */
export const PAGES: readonly Page[] = [
  { path: "/", name: "Overview", icon: TextAlignStart, key: "o" },
  { path: "/topology", name: "Topology", icon: Workflow, key: "t" },
  { path: "/config", name: "Config", icon: FileText, key: "c" },
  { path: "/proxies", name: "Proxies", icon: Box, key: "p" },
  { path: "/rollouts", name: "Rollouts", icon: ChartNoAxesColumnIncreasing, key: "r" },
];

/** Whether `pathname` is `page` or below it. */
export const isOn = (page: Page, pathname: string): boolean =>
  page.path === "/" ? pathname === "/" : `${pathname}/`.startsWith(`${page.path}/`);
