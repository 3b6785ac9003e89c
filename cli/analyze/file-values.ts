import { isRecord } from "@/lib/k8s/json-value";
import { type FileDocument, fileDocuments } from "./file-documents";
import type { InputText } from "./read-inputs";

/** One value of a file: a document, or an item of a list, with the length of its whole document. */
export interface FileValue extends FileDocument {
  readonly file: string;
}

/** The values of a text, lists unfolded, empty documents left out. @throws CommandError when it is no YAML */
export function fileValues(input: InputText): readonly FileValue[] {
  const { file } = input;
  return fileDocuments(input).flatMap((document): readonly FileValue[] => {
    const { value, place } = document;
    if (value === null) return [];
    // What `kubectl get -o yaml` prints for more than one object.
    if (isRecord(value) && value["apiVersion"] === "v1" && value["kind"] === "List") {
      const items: readonly unknown[] = Array.isArray(value["items"]) ? value["items"] : [];
      return items.map((item, index) => ({
        ...document,
        file,
        value: item,
        place: (path) => place(["items", index, ...path]),
      }));
    }
    return [{ ...document, file }];
  });
}
