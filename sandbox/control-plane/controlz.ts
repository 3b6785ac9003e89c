import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { sendJson, sendText } from "./http-answer";
import { ISTIO_VERSION } from "./proxy-pod";

/** A log scope of istiod as ControlZ shows it. */
interface LogScope {
  readonly name: string;
  readonly description: string;
  readonly output_level: string;
  readonly stack_trace_level: string;
  readonly log_callers: boolean;
}

const LEVELS = new Set(["debug", "info", "warn", "error", "none"]);
const MAX_BODY_BYTES = 10_000;

const SCOPES: readonly (readonly [string, string])[] = [
  ["adsc", "adsc debugging"],
  ["ads", "ads debugging"],
  ["all", "Messages from all scopes"],
  ["analysis", "Scope for configuration analysis runtime"],
  ["authn", "authn debugging"],
  ["authorization", "Istio Authorization Policy"],
  ["ca", "ca client"],
  ["cache", "cache debugging"],
  ["cli", "CLI debugging"],
  ["controllers", "common controller logic"],
  ["default", "Unscoped logging messages."],
  ["delta", "delta xds debugging"],
  ["file", "File client messages"],
  ["gateway", "gateway-api controller"],
  ["grpcgen", "xDS Generator for Proxyless gRPC"],
  ["ingress", "ingress controller"],
  ["klog", "klog"],
  ["krt", "krt"],
  ["kube", "kubernetes api logging"],
  ["model", "model"],
  ["retry", "File client messages"],
  ["rootcertrotator", "Root cert rotator log"],
  ["serverca", "Citadel server log"],
  ["serviceentry", "ServiceEntry registry"],
  ["spiffe", "SPIFFE library logging"],
  ["status", "status controller for istio"],
  ["telemetry", "Istio Telemetry"],
  ["tpath", "A parser for paths"],
  ["validationController", "validation webhook controller"],
  ["validationServer", "validation webhook server"],
  ["wasm", ""],
  ["webhook patcher", "webhook patcher"],
];

/** ControlZ of one istiod, on its port 9876: log scopes, and what the process says of itself. */
export function controlz(pod: { readonly name: string }): RequestListener {
  const scopes = new Map<string, LogScope>(
    SCOPES.map(([name, description]) => [
      name,
      {
        name,
        description,
        output_level: "info",
        stack_trace_level: "none",
        log_callers: false,
      },
    ]),
  );
  const pages: Readonly<Record<string, unknown>> = {
    versionj: { version: ISTIO_VERSION, revision: "sandbox", golang_version: "", status: "Clean" },
    argsj: ["/usr/local/bin/pilot-discovery", "discovery", "--monitoringAddr=:15014"],
    procj: { hostname: pod.name, pid: 1, ppid: 0, threads: 8, goroutines: 500, wd: "/" },
    memj: { Alloc: 60_000_000, HeapAlloc: 60_000_000, Sys: 120_000_000 },
  };
  return (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://controlz");
    const [area = "", name = ""] = pathname.split("/").slice(1);
    if (area === "scopej") {
      scopePage({ scopes, name: decodeURIComponent(name) }, request, response).catch(() => {
        sendText(response, 400, "unable to decode request\n");
      });
      return;
    }
    const page = pages[area];
    if (page === undefined) sendText(response, 404, "404 page not found\n");
    else sendJson(response, page);
  };
}

async function scopePage(
  { scopes, name }: { scopes: Map<string, LogScope>; name: string },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== "PUT") {
    const found = name === "" ? [...scopes.values()] : scopes.get(name);
    if (found) sendJson(response, found);
    else sendText(response, 400, `unknown scope name: ${name}\n`);
    return;
  }
  const scope = scopes.get(name);
  const wish = JSON.parse(await bodyOf(request)) as Partial<LogScope>;
  const { output_level: output = scope?.output_level, stack_trace_level: stack = "none" } = wish;
  if (!scope || output === undefined || !LEVELS.has(output) || !LEVELS.has(stack)) {
    sendText(response, 400, scope ? "unknown level\n" : `unknown scope name: ${name}\n`);
    return;
  }
  const changed = {
    output_level: output,
    stack_trace_level: stack,
    log_callers: wish.log_callers === true,
  };
  const names = name === "all" ? [...scopes.keys()] : [name];
  for (const each of names) {
    const known = scopes.get(each);
    if (known) scopes.set(each, { ...known, ...changed });
  }
  response.writeHead(202).end();
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > MAX_BODY_BYTES) throw new RangeError("the body is too large");
  }
  return text;
}
