/** What the operator chose; `system` is kept by no cookie at all. */
export type ThemeChoice = "system" | "light" | "dark";

/** The cookie that carries the choice to the server, which writes it into the page. */
export const THEME_COOKIE = "quarterdeck-theme";

const A_YEAR = 31_536_000;

/** The choice that this page was rendered with, or was since changed to. */
export function currentChoice(): ThemeChoice {
  const { theme } = document.documentElement.dataset;
  return theme === "light" || theme === "dark" ? theme : "system";
}

/** Switches this page now and every later one from the start. */
export function chooseTheme(choice: ThemeChoice): void {
  const age = choice === "system" ? 0 : A_YEAR;
  document.cookie = `${THEME_COOKIE}=${choice}; path=/; max-age=${age}; samesite=lax`;
  if (choice === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
}
