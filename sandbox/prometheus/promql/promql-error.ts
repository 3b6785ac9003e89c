/** A query that Prometheus would refuse (`bad_data`, 400) or could not run (`execution`, 422). */
export class PromqlError extends Error {
  override readonly name = "PromqlError";

  constructor(
    readonly type: "bad_data" | "execution",
    message: string,
  ) {
    super(message);
  }
}
