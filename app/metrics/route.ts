import { handleMetrics } from "@/server/http/handle-metrics";

export const dynamic = "force-dynamic";

export { handleMetrics as GET };
