/** The loggers of Envoy 1.38 and later, in its order. */
const NAMES = [
  "a2a",
  "admin",
  "ai_protocol_manager",
  "alternate_protocols_cache",
  "aws",
  "assert",
  "backtrace",
  "basic_auth",
  "cache_filter",
  "client",
  "config",
  "connection",
  "conn_handler",
  "compression",
  "credential_injector",
  "decompression",
  "dns",
  "dubbo",
  "envoy_bug",
  "ext_authz",
  "ext_proc",
  "rocketmq",
  "file",
  "filter",
  "forward_proxy",
  "geolocation",
  "grpc",
  "happy_eyeballs",
  "hc",
  "health_checker",
  "http",
  "http2",
  "hystrix",
  "init",
  "io",
  "jwt",
  "json_rpc",
  "kafka",
  "key_value_store",
  "lua",
  "local_rate_limit",
  "main",
  "matcher",
  "mcp",
  "misc",
  "mongo",
  "multi_connection",
  "notification",
  "oauth2",
  "quic",
  "quic_stream",
  "pool",
  "rate_limit_quota",
  "rbac",
  "rds",
  "redis",
  "router",
  "runtime",
  "stats",
  "secret",
  "sse",
  "tap",
  "testing",
  "thrift",
  "tracing",
  "upstream",
  "udp",
  "wasm",
  "websocket",
  "golang",
  "stats_sinks",
  "dynamic_modules",
  "ip_tagging",
];
const LEVELS = new Set(["trace", "debug", "info", "warning", "error", "critical", "off"]);

/** What `/logging` answers: a text, and whether the question was one that Envoy takes. */
export interface LoggingAnswer {
  readonly ok: boolean;
  readonly text: string;
}

/** The log levels of one Envoy. */
export class Loggers {
  private readonly levels = new Map(NAMES.map((name) => [name, "warning"]));

  /** Every logger with its level, as Envoy prints them. */
  text(): string {
    const lines = [...this.levels].map(([name, level]) => `  ${name}: ${level}`);
    return `active loggers:\n${lines.join("\n")}\n`;
  }

  /** Reads `level=`, `<logger>=` or `paths=a:debug,b:info`; nothing changes if any part is wrong. */
  apply(query: URLSearchParams): LoggingAnswer {
    const wanted = new Map<string, string>();
    for (const [key, value] of query) {
      const pairs: readonly (readonly [string, string])[] =
        key === "level"
          ? NAMES.map((name) => [name, value] as const)
          : key === "paths"
            ? value.split(",").map((pair) => {
                const [name = "", level = ""] = pair.split(":");
                return [name, level] as const;
              })
            : [[key, value] as const];
      for (const [name, level] of pairs) {
        if (!LEVELS.has(level)) return { ok: false, text: "error: unknown logger level\n" };
        if (!this.levels.has(name)) return { ok: false, text: "error: unknown logger name\n" };
        wanted.set(name, level);
      }
    }
    for (const [name, level] of wanted) this.levels.set(name, level);
    return { ok: true, text: this.text() };
  }
}
