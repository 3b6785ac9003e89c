/** Marks a branch that the types say cannot be reached. @throws TypeError when it is reached. */
export function assertNever(value: never): never {
  throw new TypeError(`unexpected value: ${JSON.stringify(value)}`);
}
