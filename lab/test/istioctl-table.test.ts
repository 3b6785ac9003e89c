import { expect, test } from "vitest";
import { istioctlTable } from "./istioctl-table";

const TEXT = `ADDRESSES     PORT  MATCH   DESTINATION
10.96.151.195 15012 ALL     Cluster: outbound|15012||istiod
0.0.0.0       80            Route: 80
`;

test("columns begin where their names do, cells may be empty or fill them", () => {
  expect(istioctlTable(TEXT, ["ADDRESSES", "PORT", "MATCH", "DESTINATION"])).toEqual([
    {
      ADDRESSES: "10.96.151.195",
      PORT: "15012",
      MATCH: "ALL",
      DESTINATION: "Cluster: outbound|15012||istiod",
    },
    { ADDRESSES: "0.0.0.0", PORT: "80", MATCH: "", DESTINATION: "Route: 80" },
  ]);
});

test("a column that istioctl no longer prints is named", () => {
  expect(() => istioctlTable(TEXT, ["ADDRESSES", "AGE"])).toThrow("no column AGE");
});
