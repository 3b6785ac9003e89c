import type { UseQueryResult } from "@tanstack/react-query";
import type { ShownError } from "@/components/ui/error-state";
import type { BoxDetail } from "@/server/topology/box-detail";
import type { TopologyDetail } from "@/server/topology/topology-detail";

type Query<Detail> = Pick<UseQueryResult<Detail | null, ShownError>, "data" | "error" | "refetch">;

/** The detail of a panel as the query has it. */
export type DetailQuery = Query<TopologyDetail>;

/** The same of a box or a group. */
export type BoxQuery = Query<BoxDetail>;
