import type { UseQueryResult } from "@tanstack/react-query";
import type { ShownError } from "@/components/ui/error-state";
import type { TopologyDetail } from "@/server/topology/topology-detail";

/** The detail of a panel as the query has it. */
export type DetailQuery = Pick<
  UseQueryResult<TopologyDetail | null, ShownError>,
  "data" | "error" | "refetch"
>;
