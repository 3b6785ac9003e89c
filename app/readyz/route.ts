import { handleReady } from "@/server/http/handle-ready";

export const dynamic = "force-dynamic";

export { handleReady as GET };
