import { expect, test } from "vitest";
import { luaSyntaxError } from "./lua-syntax";

test.each([
  "",
  "return",
  "local a, b = 1, 'x' .. [[long\nstring]] -- comment",
  "function m.n:o(a, ...) return a.b[1]:c{d = 2, [e] = 3; 4}, not -#x ^ 2 end",
  "for i = 1, 10, 2 do if i > 3 and i < 5 then break elseif i then f'x' else (g)() end end",
  "for k, v in pairs(t) do t[k], t.x = v, nil end --[==[ ] ]==] repeat local x until x",
  "while true do local function f() end end; a.b.c = function() end",
])("loads %j", (script) => {
  expect(luaSyntaxError(script)).toBeUndefined();
});

test.each([
  ["function envoy_on_request(h) this is not lua", "1: '=' expected near 'is'"],
  ["function f()", "1: 'end' expected near '<eof>'"],
  ["function f()\nx = 1\n", "3: 'end' expected (to close 'function' at line 1) near '<eof>'"],
  ["if x\n y() end", "2: 'then' expected near 'y'"],
  ["x = ", "1: unexpected symbol near '<eof>'"],
  ["f(", "1: unexpected symbol near '<eof>'"],
  ["local 1", "1: '<name>' expected near '1'"],
  ["x = 'open", "1: unfinished string near ''open'"],
  ["end", "1: '<eof>' expected near 'end'"],
  ["return 1 x()", "1: '<eof>' expected near 'x'"],
])("refuses %j", (script, message) => {
  expect(luaSyntaxError(script)).toBe(message);
});
