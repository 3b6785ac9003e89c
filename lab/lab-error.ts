/** Something about the machine or the command that the user can mend; one line, exit code 2. */
export class LabError extends Error {
  override readonly name = "LabError";
}
