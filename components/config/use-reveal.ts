import { useState } from "react";
import { parsePath } from "@/lib/yaml/field-path";
import { locate } from "@/lib/yaml/locate";
import { parseYaml } from "@/lib/yaml/parse";

interface Place {
  readonly line: number;
  readonly column: number;
}

/** Where the field that the URL names stands in the text that it was opened with; typing moves nothing. */
export function useReveal(field: string | null, text: string): Place | undefined {
  const [known, setKnown] = useState<{ readonly field: string | null; readonly place?: Place }>();
  if (known && known.field === field) return known.place;
  const place = field === null ? undefined : placeOf(field, text);
  setKnown({ field, ...(place && { place }) });
  return place;
}

/** The place of a field in the first object of a text; undefined for what names no field. */
function placeOf(field: string, text: string): Place | undefined {
  const path = parsePath(field);
  const parsed = parseYaml(text);
  const document = parsed.documents.find(({ value }) => value !== null);
  if (!path || !document) return undefined;
  const { line, column } = locate(parsed, document, path).range;
  return { line, column };
}
