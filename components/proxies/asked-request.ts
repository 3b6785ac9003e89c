/** A request as one writes it: `GET http://reviews:9080/path`, and headers `end-user: jason; x-a: 1`. */
export interface AskedRequest {
  readonly method: string;
  readonly protocol: "http" | "tls" | "tcp";
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly arrives?: "mtls" | "plain";
}

const LINE = /^(?:([A-Za-z]+)\s+)?(?:(https?|tcp|tls):\/\/)?([^/\s:]+)(?::(\d{1,5}))?(\/\S*)?$/;
const PORTS = { http: 80, https: 443, tls: 443, tcp: 0 } as const;
const MAX_PORT = 65_535;

/** Reads both; undefined where the line names no host, or no port that could be meant. */
export function askedRequest(line: string, headers: string): AskedRequest | undefined {
  const [, method = "GET", scheme = "http", host = "", given, path = "/"] =
    LINE.exec(line.trim()) ?? [];
  const port = given === undefined ? PORTS[scheme as keyof typeof PORTS] : Number(given);
  if (host === "" || port < 1 || port > MAX_PORT) return undefined;
  const protocol =
    scheme === "https" || scheme === "tls" ? "tls" : scheme === "tcp" ? "tcp" : "http";
  return { method: method.toUpperCase(), protocol, host, port, path, headers: headersOf(headers) };
}

const headersOf = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    text.split(/[;\n]/).flatMap((part) => {
      const colon = part.search(/[:=]/);
      const name = part.slice(0, Math.max(0, colon)).trim().toLowerCase();
      return name ? [[name, part.slice(colon + 1).trim()] as const] : [];
    }),
  );
