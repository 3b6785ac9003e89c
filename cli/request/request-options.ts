import { CommandError } from "@/cli/command";
import { oneOf, parseOptions } from "@/cli/parse-options";
import type { AskedRequest } from "./asked-request";

/** What `quarterdeck request` was asked. */
export interface RequestOptions {
  /** Files and folders with the cluster's objects; `-` for stdin. */
  readonly inputs: readonly string[];
  /** The one request of the command line; undefined where a file holds them. */
  readonly asked: AskedRequest | undefined;
  readonly requestsFile: string | undefined;
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly output: "json" | "text";
}

/** Reads the arguments. @throws CommandError */
export function requestOptions(args: readonly string[]): RequestOptions {
  const { values, positionals } = parseOptions(args, {
    from: { type: "string" },
    url: { type: "string" },
    method: { type: "string" },
    host: { type: "string" },
    header: { type: "string", multiple: true },
    requests: { type: "string" },
    kubeconfig: { type: "string" },
    context: { type: "string" },
    output: { type: "string", short: "o" },
  });
  const { from, url, method, host, header = [], requests, kubeconfig, context } = values;
  if (positionals.length === 0 && kubeconfig === undefined) {
    throw new CommandError("name files or folders with the cluster's objects, or --kubeconfig");
  }
  if (context !== undefined && kubeconfig === undefined) {
    throw new CommandError("--context needs --kubeconfig");
  }
  const single = { "--from": from, "--url": url, "--method": method, "--host": host };
  if (requests !== undefined) {
    const given = Object.entries(single).find(([, value]) => value !== undefined)?.[0];
    const clashing = given ?? (header.length > 0 ? "--header" : undefined);
    if (clashing) throw new CommandError(`--requests and ${clashing} exclude each other`);
  } else {
    if (from === undefined) throw new CommandError("--from POD.NAMESPACE is missing");
    if (url === undefined) throw new CommandError("--url is missing");
  }
  return {
    inputs: [...new Set(positionals)],
    asked:
      from !== undefined && url !== undefined
        ? { from, url, method, host, headers: Object.fromEntries(header.map(headerOf)) }
        : undefined,
    requestsFile: requests,
    kubeconfig,
    context,
    output: oneOf("--output", values.output, ["json", "text"]),
  };
}

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** `name=value`. */
function headerOf(text: string): readonly [string, string] {
  const equals = text.indexOf("=");
  const name = text.slice(0, Math.max(0, equals));
  if (!NAME.test(name)) throw new CommandError(`--header takes NAME=VALUE, not '${text}'`);
  return [name.toLowerCase(), text.slice(equals + 1)];
}
