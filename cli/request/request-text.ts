import type { AskedRequest } from "./asked-request";
import type { Outcome } from "./simulate-request";
import type { ToldStep } from "./told-steps";

/** A request with all that could become of it, for people to read. */
export function requestText(
  asked: AskedRequest,
  outcomes: readonly Outcome[],
  steps: readonly ToldStep[],
): string {
  const lines = [`${asked.method ?? "GET"} ${asked.url} from ${asked.from}`, ""];
  let proxy = "";
  for (const step of steps) {
    if (step.proxy !== proxy) lines.push(`  at ${step.proxy}`);
    proxy = step.proxy;
    lines.push(stepLine(step));
  }
  lines.push("", ...outcomes.flatMap(outcomeLines));
  return lines.join("\n");
}

function stepLine({ step, taken, object, path, why, file, line }: ToldStep): string {
  const place = [object, path].filter(Boolean).join(" ");
  const home = file === undefined ? "" : ` (${file}:${line ?? 1})`;
  return `    ${taken ? "→" : "·"} ${step}: ${why}${place ? `  [${place}]${home}` : ""}`;
}

function outcomeLines(outcome: Outcome): readonly string[] {
  const { probability, status, pod, version, path, authority, port, mtlsPeer } = outcome;
  const percent = `${Math.round(probability * 10_000) / 100} %`;
  const end = pod
    ? ` from ${pod}${version === null ? "" : ` (${version})`} port ${port ?? "?"}`
    : port === null
      ? ""
      : ` from outside of the mesh, port ${port}`;
  const lines = [`  ${percent}: ${status}${end}`];
  const tell = (name: string, value: string | null): void => {
    if (value !== null && value !== "") lines.push(`      ${name}: ${value}`);
  };
  tell("asked for", path === null ? null : `${authority ?? ""}${path}`);
  tell("client's identity", mtlsPeer);
  tell("request headers", headersText(outcome.requestHeaders));
  tell("response headers", headersText(outcome.responseHeaders));
  tell(
    "logged",
    outcome.flags === null
      ? null
      : `flags ${outcome.flags}, ${outcome.details ?? "-"}, route ${outcome.route ?? "-"}, cluster ${outcome.cluster ?? "-"}`,
  );
  if (outcome.attempts > 1) tell("tries", String(outcome.attempts));
  if (outcome.delayMs > 0) tell("after", `${outcome.delayMs} ms`);
  return lines;
}

const headersText = (headers: Readonly<Record<string, string | null>>): string =>
  Object.entries(headers)
    .map(([name, value]) => (value === null ? `-${name}` : `${name}=${value}`))
    .join(", ");
