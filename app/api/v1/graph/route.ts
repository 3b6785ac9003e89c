import { handleGraph } from "@/server/http/handle-graph";

export const dynamic = "force-dynamic";

export { handleGraph as GET };
