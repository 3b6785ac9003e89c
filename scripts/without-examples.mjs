// Takes the examples out of rules' source text: they are for the rules' pages and tests, and half of what the rules are.
import ts from "typescript";

/** The same module, with every field `examples` undefined, however it is written. Lines stay where they are. */
export function withoutExamples(text) {
  const source = ts.createSourceFile("rule.ts", text, ts.ScriptTarget.Latest);
  const cuts = [];
  const visit = (node) => {
    if (node.name?.text === "examples") {
      if (ts.isPropertyAssignment(node)) {
        cuts.push([node.initializer.getStart(source), node.end, "undefined"]);
        return;
      }
      if (ts.isShorthandPropertyAssignment(node)) {
        cuts.push([node.end, node.end, ": undefined"]);
        return;
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return cuts.reduceRight((rest, [start, end, by]) => {
    const lines = rest.slice(start, end).replace(/[^\n]/g, "");
    return rest.slice(0, start) + by + lines + rest.slice(end);
  }, text);
}
