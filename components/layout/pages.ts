import {
  Box,
  ChartNoAxesColumnIncreasing,
  FileText,
  ListChecks,
  type LucideIcon,
  ServerCog,
  TextAlignStart,
  Workflow,
} from "lucide-react";

/** A place of its own in the rail. */
export interface Page {
  readonly path: string;
  readonly name: string;
  readonly icon: LucideIcon;
}

/** The pages, in the order of the rail. */
export const PAGES: readonly Page[] = [
  { path: "/", name: "Overview", icon: TextAlignStart },
  { path: "/topology", name: "Topology", icon: Workflow },
  { path: "/config", name: "Config", icon: FileText },
  { path: "/findings", name: "Findings", icon: ListChecks },
  { path: "/proxies", name: "Proxies", icon: Box },
  { path: "/control-plane", name: "Control plane", icon: ServerCog },
  { path: "/rollouts", name: "Rollouts", icon: ChartNoAxesColumnIncreasing },
];

/** Whether `pathname` is `page` or below it. */
export const isOn = (page: Page, pathname: string): boolean =>
  page.path === "/" ? pathname === "/" : `${pathname}/`.startsWith(`${page.path}/`);
