import type { KubeObject } from "@/lib/k8s/object";
import type { ResourceType } from "./resource-type";
import { refuse, StatusError } from "./status-error";
import type { WriteOptions } from "./write-options";

/** What a deletion must find to go ahead. */
export interface Preconditions {
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
}

/** Whether `wanted` may take the place of `live` at all. @throws StatusError 409, 422, 500 */
export function checkSuccessor(
  type: ResourceType,
  live: KubeObject,
  wanted: KubeObject,
  options: WriteOptions,
): void {
  const { resourceVersion, uid, deletionTimestamp } = wanted.metadata;
  checkVersion(resourceVersion);
  // A patch that changes the uid is wrong in itself; a replacement meant another object.
  if (options.patch && uid && uid !== live.metadata.uid) {
    throw immutable(type, live, "metadata.uid", uid);
  }
  check(type, live, wanted.metadata, MISMATCH);
  // When an object shall die is not for its writers to say.
  if (deletionTimestamp && deletionTimestamp !== live.metadata.deletionTimestamp) {
    throw immutable(type, live, "metadata.deletionTimestamp", deletionTimestamp);
  }
}

/** Whether the live object is the one that a deletion is about. @throws StatusError 409 */
export const checkPreconditions = (
  type: ResourceType,
  live: KubeObject,
  wanted: Preconditions,
): void => check(type, live, wanted, PRECONDITION);

const immutable = (type: ResourceType, live: KubeObject, field: string, value: string) =>
  refuse.invalid(type, live.metadata.name, [
    {
      reason: "FieldValueInvalid",
      field,
      message: `Invalid value: ${JSON.stringify(value)}: field is immutable`,
    },
  ]);

/** @throws StatusError 500, as the real server's storage takes it for its own fault */
function checkVersion(version: string | undefined): void {
  if (!version || /^\d{1,20}$/.test(version)) return;
  const why = `strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`;
  throw new StatusError(500, "", why);
}

const MISMATCH = {
  version: undefined,
  uid: (wanted: string, live: string) =>
    `Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${live}`,
};
const PRECONDITION = {
  version: (wanted: string, live: string) =>
    `the ResourceVersion in the precondition (${wanted}) does not match the ResourceVersion in record (${live}). The object might have been modified`,
  uid: (wanted: string, live: string) =>
    `the UID in the precondition (${wanted}) does not match the UID in record (${live}). The object might have been deleted and then recreated`,
};

function check(
  type: ResourceType,
  live: KubeObject,
  wanted: Preconditions,
  words: {
    version: ((wanted: string, live: string) => string) | undefined;
    uid: (wanted: string, live: string) => string;
  },
): void {
  const { name, uid = "", resourceVersion = "" } = live.metadata;
  if (wanted.uid && wanted.uid !== uid) {
    throw refuse.conflict(type, name, words.uid(wanted.uid, uid));
  }
  if (wanted.resourceVersion && wanted.resourceVersion !== resourceVersion) {
    throw refuse.conflict(type, name, words.version?.(wanted.resourceVersion, resourceVersion));
  }
}
