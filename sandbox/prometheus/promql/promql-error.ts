/**
 * A query that Prometheus would refuse (`bad_data`, 400), could not run (`execution`, 422) or gave up
 * (`timeout`, 503).
 */
export class PromqlError extends Error {
  override readonly name = "PromqlError";

  constructor(
    readonly type: "bad_data" | "execution" | "timeout",
    message: string,
  ) {
    super(message);
  }
}
