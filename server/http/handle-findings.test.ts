import { expect, test } from "vitest";
import type { Finding } from "@/lib/analysis/finding";
import { csvOf } from "./handle-findings";

const finding = (parts: Partial<Finding>): Finding => ({
  rule: "r",
  code: "IST0101",
  aliases: ["KIA1101"],
  level: "Error",
  kind: "VirtualService",
  namespace: "shop",
  name: "cart",
  message: "m",
  path: "spec.hosts[0]",
  related: [],
  docs: undefined,
  ...parts,
});

test("cells with commas, quotes and breaks are quoted, and formulas are text", () => {
  expect(
    csvOf([
      finding({ message: 'says "no", twice' }),
      finding({ name: "=HYPERLINK(1)", message: "a\nb" }),
    ]),
  ).toBe(
    [
      "level,code,kind,namespace,name,path,message,aliases",
      'Error,IST0101,VirtualService,shop,cart,spec.hosts[0],"says ""no"", twice",KIA1101',
      'Error,IST0101,VirtualService,shop,\'=HYPERLINK(1),spec.hosts[0],"a\nb",KIA1101',
      "",
    ].join("\r\n"),
  );
});
