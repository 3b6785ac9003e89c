import { editor } from "monaco-editor/esm/vs/editor/editor.api.js";

/** Monaco's colours by our tokens. */
const COLORS = {
  "editor.background": "raised",
  "editor.foreground": "ink",
  "editorLineNumber.foreground": "code-gutter",
  "editorLineNumber.activeForeground": "ink",
  "editorLineNumber.dimmedForeground": "code-gutter",
  "editor.lineHighlightBackground": "code-line",
  "editor.lineHighlightBorder": "code-line",
  "editor.selectionBackground": "selected",
  "editor.inactiveSelectionBackground": "selected",
  "editorCursor.foreground": "ink",
  "editorWhitespace.foreground": "line",
  "editorIndentGuide.background1": "line",
  "editorIndentGuide.activeBackground1": "line-2",
  "editorError.foreground": "fail-mark",
  "editorWarning.foreground": "warn-mark",
  "editorInfo.foreground": "info-mark",
  "editorHint.foreground": "info-mark",
  "editorGutter.background": "raised",
  "editorWidget.background": "surface",
  "editorWidget.foreground": "ink",
  "editorWidget.border": "line-2",
  "editorHoverWidget.background": "surface",
  "editorHoverWidget.foreground": "ink",
  "editorHoverWidget.border": "line-2",
  "editorHoverWidget.statusBarBackground": "sunken",
  "editorSuggestWidget.background": "surface",
  "editorSuggestWidget.foreground": "ink",
  "editorSuggestWidget.border": "line-2",
  "editorSuggestWidget.selectedBackground": "selected",
  "editorSuggestWidget.selectedForeground": "ink",
  "editorSuggestWidget.highlightForeground": "accent",
  "editorSuggestWidget.focusHighlightForeground": "accent",
  "editorMarkerNavigation.background": "surface",
  "editorMarkerNavigationError.background": "fail-mark",
  "editorMarkerNavigationWarning.background": "warn-mark",
  "editorMarkerNavigationInfo.background": "info-mark",
  "editorBracketMatch.background": "selected",
  "editorBracketMatch.border": "line-control",
  "editorOverviewRuler.border": "raised",
  "editorOverviewRuler.errorForeground": "fail-mark",
  "editorOverviewRuler.warningForeground": "warn-mark",
  "editorOverviewRuler.infoForeground": "info-mark",
  "scrollbarSlider.background": "line",
  "scrollbarSlider.hoverBackground": "line-2",
  "scrollbarSlider.activeBackground": "line-control",
  "scrollbar.shadow": "line",
  "widget.shadow": "line",
  "input.background": "surface",
  "input.foreground": "ink",
  "input.border": "line-control",
  "inputOption.activeBorder": "accent",
  focusBorder: "focus",
  "list.hoverBackground": "hover",
  "list.focusBackground": "selected",
  "list.focusForeground": "ink",
  "textLink.foreground": "accent",
  "textLink.activeForeground": "accent",
  "editorActionList.background": "surface",
  "editorActionList.foreground": "ink",
  "editorActionList.focusBackground": "selected",
  "editorActionList.focusForeground": "ink",
  "button.background": "accent-fill",
  "button.foreground": "on-accent",
} as const;

const RULES = [
  { token: "type", color: "code-key" },
  { token: "string", color: "code-string" },
  { token: "number", color: "code-number" },
  { token: "keyword", color: "code-number" },
  { token: "comment", color: "code-comment" },
  { token: "operators", color: "code-punct" },
  { token: "delimiter", color: "code-punct" },
  { token: "namespace", color: "code-comment" },
  { token: "tag", color: "code-punct" },
] as const;

/** Draws Monaco in our tokens as they are now; call it again whenever the theme changes. */
export function applyTheme(theme: "light" | "dark"): void {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(`--qd-${name}`).trim();
  editor.defineTheme("quarterdeck", {
    base: theme === "dark" ? "vs-dark" : "vs",
    inherit: true,
    colors: Object.fromEntries(
      Object.entries(COLORS).flatMap(([name, of]) => (hex(token(of)) ? [[name, token(of)]] : [])),
    ),
    // Monaco's own themes have rules for YAML, so ours must be as specific.
    rules: RULES.flatMap(({ token: name, color }) =>
      hex(token(color)) ? [{ token: `${name}.yaml`, foreground: token(color).slice(1) }] : [],
    ),
  });
  editor.setTheme("quarterdeck");
}

/** Monaco takes hex colours only. */
const hex = (color: string): boolean => /^#[0-9a-f]{6,8}$/i.test(color);
