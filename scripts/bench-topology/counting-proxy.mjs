// Stands before Prometheus: remembers what was asked, and can hang as a Prometheus that is too busy.
import { createServer } from "node:http";

/** Passes everything on to `target`. */
export async function countingProxy(target) {
  const asked = [];
  const held = new Set();
  let hanging = false;
  const server = createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", async () => {
      const body = Buffer.concat(chunks).toString();
      const query = new URLSearchParams(body).get("query");
      if (query) asked.push(query);
      if (hanging) {
        held.add(response);
        return;
      }
      const answer = await passOn(target + request.url, request, body).catch(() => undefined);
      response.writeHead(answer?.status ?? 502, { "content-type": "application/json" });
      response.end(answer?.bytes ?? "{}");
    });
  });
  // A client that keeps connections finds them as long as it needs them.
  server.keepAliveTimeout = 120_000;
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    asked,
    /** Answers nothing until it is told to do well again; what was held meanwhile breaks. */
    hang(on) {
      hanging = on;
      if (on) return;
      for (const response of held) response.destroy();
      held.clear();
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function passOn(url, { method, headers }, body) {
  const answer = await fetch(url, {
    method,
    headers: { "content-type": headers["content-type"] ?? "" },
    ...(body === "" ? {} : { body }),
  });
  return { status: answer.status, bytes: Buffer.from(await answer.arrayBuffer()) };
}
