export const dynamic = "force-dynamic";

/** The process answers; it says nothing of the cluster. */
export const GET = (): Response => new Response("ok\n");
