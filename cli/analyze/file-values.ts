import { isRecord } from "@/lib/k8s/json-value";
import { type FileDocument, fileDocuments } from "./file-documents";
import type { InputText } from "./read-inputs";

/**
 * The values of a text: documents, or the items of lists, each with the length of its whole document;
 * empty documents are left out. @throws CommandError when it is no YAML
 */
export function fileValues(input: InputText): readonly FileDocument[] {
  return fileDocuments(input).flatMap((document): readonly FileDocument[] => {
    const { value, place } = document;
    if (value === null) return [];
    // What `kubectl get -o yaml` prints for more than one object.
    if (isRecord(value) && value["apiVersion"] === "v1" && value["kind"] === "List") {
      const items: readonly unknown[] = Array.isArray(value["items"]) ? value["items"] : [];
      return items.map((item, index) => ({
        ...document,
        value: item,
        place: (path) => place(["items", index, ...path]),
      }));
    }
    return [document];
  });
}
