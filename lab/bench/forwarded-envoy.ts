import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { WebSocketServer } from "ws";

/** What an Envoy of a bench answers, by the path up to its `?`. */
type Pages = Readonly<Record<string, string>>;

/** Streams of the port-forward protocol: data and errors, one pair a port. */
const DATA = 0;
const ERROR = 1;

/**
 * Starts an Envoy with these pages, and an API server that knows one thing only: to forward its
 * ports. Resolves to the API server's address; both run as long as the process.
 */
export async function forwardedEnvoy(pages: Pages): Promise<{ readonly url: string }> {
  const envoy = createServer((request, response) => {
    const page = pages[(request.url ?? "").split("?")[0] ?? ""];
    response.writeHead(page === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(page);
  });
  const adminPort = await listening(envoy);
  const api = createServer((_request, response) => response.writeHead(404).end());
  const sockets = new WebSocketServer({
    server: api,
    perMessageDeflate: false,
    handleProtocols: ([first]) => first ?? false,
  });
  sockets.on("connection", (socket) => {
    // Each stream begins with the number of its port.
    for (const stream of [DATA, ERROR]) socket.send(Buffer.from([stream, 0x98, 0x3a]));
    const forwarded = connect(adminPort, "127.0.0.1");
    forwarded.on("data", (bytes) => socket.send(Buffer.concat([Buffer.from([DATA]), bytes])));
    forwarded.on("close", () => socket.close());
    forwarded.on("error", () => socket.terminate());
    socket.on("message", (message) => {
      const bytes = message as Buffer;
      if (bytes[0] === DATA && bytes.length > 1) forwarded.write(bytes.subarray(1));
    });
    socket.on("close", () => forwarded.destroy());
  });
  const port = await listening(api);
  return { url: `http://127.0.0.1:${port}` };
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}
