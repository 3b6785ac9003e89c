import { expect, test } from "vitest";
import { AppError } from "@/lib/base/errors";
import { verdictOfError } from "./verdict";

const TEXT = `spec:
  hosts:
  - reviews
  http:
  - retries:
      retryOn: soon
    route:
    - destination:
        host: reviews
`;
const PREFIX =
  'admission webhook "rev.validation.istio.io" denied the request: configuration is invalid: ';
const refused = (message: string, causes: { field: string; message: string }[] = []) =>
  verdictOfError(new AppError("invalid", message, { causes }), TEXT);

test("the field that a server names has its line", () => {
  const causes = [{ field: "spec.http[0].route[0].destination.host", message: "no" }];
  expect(refused("refused", causes)).toMatchObject({ causes: [{ line: 9, message: "no" }] });
});

test("a value that istiod quotes has its line where one field holds it", () => {
  expect(refused(`${PREFIX}"soon" is not a valid retryOn policy`)).toMatchObject({
    causes: [
      {
        field: "spec.http[0].retries.retryOn",
        message: '"soon" is not a valid retryOn policy',
        line: 6,
      },
    ],
  });
});

test.each(['"reviews" is in two places', '"never" is in none', "total destination weight = 0"])(
  "%s, so it has no line",
  (message) => {
    expect(refused(PREFIX + message)).toMatchObject({ type: "refused", causes: [] });
  },
);
