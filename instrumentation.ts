/** Next calls this once when the server starts; it must not wait for anything outside. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { startServer } = await import("./server/start-server");
  startServer();
}
