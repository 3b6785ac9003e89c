import type { Page } from "@playwright/test";

/** Replaces the editor's text as a person does: everything selected, then pasted over. */
export async function replaceText(page: Page, text: string): Promise<void> {
  const editor = page.getByRole("textbox", { name: /^YAML of/ });
  await editor.focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(text);
}
