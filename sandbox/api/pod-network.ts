import { createServer, type RequestListener, type Server } from "node:http";
import type { Duplex } from "node:stream";
import type { PodNetwork } from "@/sandbox/contracts";

interface PodPort {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

const keyOf = (pod: PodPort): string => `${pod.namespace}/${pod.name}:${pod.port}`;

/** HTTP servers inside pods: they listen on no port of the machine, connections are handed to them. */
export class VirtualPodNetwork implements PodNetwork {
  private readonly servers = new Map<string, Server>();

  serve(pod: PodPort, handler: RequestListener): () => void {
    const server = createServer(handler);
    const key = keyOf(pod);
    this.servers.set(key, server);
    return () => {
      if (this.servers.get(key) === server) this.servers.delete(key);
      server.closeAllConnections();
    };
  }

  /** Hands a connection to whoever serves the pod's port; false when nobody does. */
  connect(pod: PodPort, connection: Duplex): boolean {
    const server = this.servers.get(keyOf(pod));
    if (!server) return false;
    server.emit("connection", connection);
    return true;
  }
}
