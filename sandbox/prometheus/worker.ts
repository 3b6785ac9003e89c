// The thread of a `WorkerEngine`.
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import type { EngineSettings, EngineState, ServedSite, Site } from "./engine";
import { LocalEngine } from "./local-engine";
import { SliceWriter } from "./slice-writer";
import type { WorkerOrder, WorkerReply } from "./worker-engine";

const settings = workerData as EngineSettings;
const engine = new LocalEngine(settings);
const writers = Array.from({ length: settings.slices }, () => new SliceWriter());
const sites = new Map<Site, ServedSite>();
/** Requests that wait to hear how things are. */
const waiting = new Map<number, (state: EngineState) => void>();
let requests = 0;

function obey(port: MessagePort, order: WorkerOrder): void {
  const reply = (said: WorkerReply) => port.postMessage(said);
  switch (order.type) {
    case "scraped": {
      const { slice, now } = order.reading;
      const part = writers[slice]?.part(order.reading);
      if (part) engine.take(slice, part, now);
      break;
    }
    case "forget":
      engine.forgetBefore(order.before);
      break;
    case "serve":
      void serve(order, reply);
      break;
    case "disconnect":
      sites.get(order.site)?.disconnect();
      break;
    case "state":
      waiting.get(order.id)?.(order.state);
      waiting.delete(order.id);
  }
}

async function serve(
  { site, port }: { readonly site: Site; readonly port: number },
  reply: (said: WorkerReply) => void,
): Promise<void> {
  const state = () =>
    new Promise<EngineState>((resolve) => {
      const id = requests++;
      waiting.set(id, resolve);
      reply({ type: "requested", site, id });
    });
  try {
    const served = await engine.serve(site, state, port);
    sites.set(site, served);
    reply({ type: "served", site, url: served.url });
  } catch (error) {
    reply({ type: "refused", site, error });
  }
}

parentPort?.on("message", (order: WorkerOrder) => {
  if (parentPort) obey(parentPort, order);
});
