import { z } from "zod";
import { toFinding } from "@/lib/analysis/draft";
import { countLevels, type Finding } from "@/lib/analysis/finding";
import { findingJson } from "@/lib/analysis/finding-json";
import { RULES } from "@/lib/analysis/rules.gen";
import { sarifOf } from "@/lib/analysis/sarif";
import { Label } from "@/lib/k8s/names";
import { runtime } from "../container";
import { errorResponse } from "./error-response";

const Code = z.string().regex(/^[A-Za-z]+[0-9]+$/, "must be a code such as IST0101");
const Query = z.strictObject({
  namespace: z.array(Label).max(1000),
  only: z.array(Code).max(500),
  level: z.array(z.enum(["Error", "Warning", "Info"])),
  format: z.array(z.enum(["json", "sarif", "csv"])).max(1, "is given once"),
});

/**
 * `GET /api/v1/findings?namespace=…&only=CODE&level=Error&format=json|sarif|csv`: what is wrong in
 * the mesh as it is stored, in the form of the command line. 503 until the cluster was read once.
 */
export function handleFindings(request: Request): Response {
  const given = Object.fromEntries(
    ["namespace", "only", "level", "format"].map((name) => [name, [] as string[]]),
  );
  for (const [name, value] of new URL(request.url).searchParams) {
    (given[name] ??= []).push(...value.split(","));
  }
  const query = Query.safeParse(given);
  if (!query.success) {
    const [issue] = query.error.issues;
    const message = issue ? `${String(issue.path[0] ?? "query")}: ${issue.message}` : "bad query";
    return errorResponse(400, { code: "invalid", message });
  }
  const { mesh, analysis, version } = runtime();
  if (!mesh.ready) {
    const message = "The cluster is not read yet; ask again when /readyz answers 200.";
    return errorResponse(503, { code: "unavailable", message });
  }
  const { namespace, only, level, format } = query.data;
  const findings = analysis
    .current()
    .findings.map(toFinding)
    .filter(
      (finding) =>
        (namespace.length === 0 || namespace.includes(finding.namespace)) &&
        (level.length === 0 || level.includes(finding.level)) &&
        (only.length === 0 || [finding.code, ...finding.aliases].some((one) => only.includes(one))),
    );
  switch (format[0]) {
    case "csv":
      return download(csvOf(findings), "text/csv; charset=utf-8", "findings.csv");
    case "sarif": {
      const log = sarifOf(findings, { version, rules: RULES, uriOf: (file) => file });
      return download(JSON.stringify(log, null, 2), "application/sarif+json", "findings.sarif");
    }
    default:
      return Response.json(
        { findings: findings.map(findingJson), summary: countLevels(findings) },
        { headers: { "cache-control": "no-store" } },
      );
  }
}

const download = (body: string, type: string, name: string): Response =>
  new Response(body, {
    headers: {
      "content-type": type,
      "cache-control": "no-store",
      "content-disposition": `attachment; filename="${name}"`,
    },
  });

const COLUMNS = ["level", "code", "kind", "namespace", "name", "path", "message"] as const;

/** RFC 4180. A cell that a spreadsheet would run as a formula is marked as text. */
export function csvOf(findings: readonly Finding[]): string {
  const cell = (value: string): string => {
    const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = findings.map((finding) =>
    [...COLUMNS.map((column) => finding[column]), finding.aliases.join(" ")].map(cell).join(","),
  );
  return [[...COLUMNS, "aliases"].join(","), ...lines, ""].join("\r\n");
}
