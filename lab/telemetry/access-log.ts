import { z } from "zod";

const Text = z.string().nullish();
const Count = z.coerce.number().nullish().catch(null);

/** One line of a proxy's access log, in the fields that the lab's mesh asks for. */
export const AccessLogLine = z.looseObject({
  protocol: Text,
  response_code: Count,
  response_flags: Text,
  grpc_status: Text,
  bytes_received: Count,
  bytes_sent: Count,
  /** Milliseconds. */
  duration: Count,
  authority: Text,
  upstream_host: Text,
  upstream_cluster: Text,
  downstream_remote: Text,
  downstream_local: Text,
  downstream_principal: Text,
  upstream_principal: Text,
});
export type AccessLogLine = z.infer<typeof AccessLogLine>;

/** The line as an entry, or undefined for what else a proxy prints. */
export function parseAccessLog(line: string): AccessLogLine | undefined {
  if (!line.startsWith("{") || !line.includes('"upstream_cluster"')) return undefined;
  try {
    return AccessLogLine.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined; // a line cut in the middle, when a proxy was killed
  }
}
