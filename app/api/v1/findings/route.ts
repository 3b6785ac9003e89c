import { handleFindings } from "@/server/http/handle-findings";

export const dynamic = "force-dynamic";

export { handleFindings as GET };
