import type { KubeObject } from "@/lib/k8s/object";
import type { ResourceType } from "./resource-type";

/** What `fieldValidation` asks to do with fields that the schema does not know. */
export type FieldValidation = "Strict" | "Warn" | "Ignore";

/** How a write is to be done. */
export interface WriteOptions {
  /** Whose write it is, in `metadata.managedFields`. */
  readonly manager: string;
  /** Do everything but store it. */
  readonly dryRun: boolean;
  readonly fieldValidation: FieldValidation;
  /** Sent as Warning headers. */
  readonly warnings: string[];
  /** Fields that the body gives more than once, by their paths. */
  readonly duplicates?: readonly string[];
  /** The body is a patch: what strict validation finds wrong is wrong with it. */
  readonly patch?: true;
  /** Refuses what the writer may not store. @throws StatusError 403 */
  readonly guard?: (type: ResourceType, object: KubeObject) => void;
  /**
   * `object`: all but the status. `status`: only that. `finalize`: only a namespace's finalizers.
   * `all`: everything, as controllers of the sandbox write.
   */
  readonly part: "object" | "status" | "finalize" | "all";
  /** `Apply`: the object comes with its managed fields worked out already. */
  readonly operation: "Apply" | "Update";
}

/** Who owns the fields that the sandbox itself wrote. */
export const SANDBOX_MANAGER = "sandbox";

/** How the sandbox's own controllers and scenarios write. */
export const controllerWrite = (): WriteOptions => ({
  manager: SANDBOX_MANAGER,
  dryRun: false,
  fieldValidation: "Strict",
  warnings: [],
  part: "all",
  operation: "Update",
});
