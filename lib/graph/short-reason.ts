import type { Health } from "./mesh-graph";

/**
 * What is wrong in a few words, for a chip or a plate: `19.4 % fail`, `6.8× slower`, `1 of 3 ready`.
 * Undefined for what is well, and for groups, whose text counts services.
 */
export function shortReason({ state, rule, text }: Health): string | undefined {
  if (state !== "failing" && state !== "degraded") return undefined;
  if (/^\d+ of \d+ (services|edges)/.test(text)) return undefined;
  switch (rule) {
    case "error-share": {
      const [share = ""] = text.split(" of ");
      return `${share} fail`;
    }
    case "latency": {
      const times = /([\d.]+) times/.exec(text)?.[1];
      return times === undefined ? "slower" : `${times}× slower`;
    }
    case "saturation":
      return "limit hit";
    case "readiness":
      return text.replace(" pods are", "");
    case "config":
      return "config errors";
    case "proxies":
      return "proxies not in sync";
    default:
      return undefined;
  }
}
