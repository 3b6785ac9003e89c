import type { HeaderOperations } from "@/lib/istio/virtual-service";
import type { MeshRequest, ProxyIdentity } from "./request";

interface Asked {
  readonly proxy: Pick<ProxyIdentity, "pod">;
  readonly request: MeshRequest;
}

type Values = Readonly<Record<string, string>>;

/**
 * Header operations with the commands in their values carried out: `%REQ(x-user?x-name):8%`, `%%`
 * and their like. What a command finds nothing for is left empty, and an empty value is never set.
 * Commands that tell of connections, times or answers stay as they are written: nobody knows them
 * here. Source: Envoy's header formatters.
 */
export function withValues(
  operations: HeaderOperations | undefined,
  asked: Asked,
): HeaderOperations | undefined {
  if (!operations || ![operations.set, operations.add].some(hasCommands)) return operations;
  const { set, add } = operations;
  return {
    ...operations,
    ...(set && { set: formatted(set, asked) }),
    ...(add && { add: formatted(add, asked) }),
  };
}

const hasCommands = (values: Values | undefined): boolean =>
  Object.values(values ?? {}).some((value) => value.includes("%"));

const formatted = (values: Values, asked: Asked): Values =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, formattedValue(value, asked)]),
  );

const COMMAND = /%%|%([A-Z_]+)(?:\(([^)]*)\))?(?::(\d+))?%/g;

function formattedValue(text: string, asked: Asked): string {
  return text.replace(
    COMMAND,
    (
      whole,
      command: string | undefined,
      argument: string | undefined,
      most: string | undefined,
    ) => {
      if (command === undefined) return "%";
      const value = valueOf(command, argument ?? "", asked);
      if (value === undefined) return whole;
      return most === undefined ? value : value.slice(0, Number(most));
    },
  );
}

function valueOf(command: string, argument: string, { proxy, request }: Asked): string | undefined {
  switch (command) {
    case "REQ": {
      const names = argument.split("?").map((name) => name.toLowerCase());
      return names.map((name) => headerOf(request, name)).find(Boolean) ?? "";
    }
    case "PROTOCOL":
      return "HTTP/1.1";
    case "HOSTNAME":
      return proxy.pod;
    case "DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT":
    case "DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT":
      return request.sourceAddress;
    default:
      return undefined;
  }
}

function headerOf(request: MeshRequest, name: string): string | undefined {
  switch (name) {
    case ":method":
      return request.method;
    case ":path":
      return request.path;
    case ":authority":
    case "host":
      return request.authority;
    case ":scheme":
      return request.scheme;
    default:
      return request.headers[name];
  }
}
