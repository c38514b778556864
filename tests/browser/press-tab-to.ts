/** Goes about a page as somebody does who has no pointer. */
import type { Page } from 'playwright-core';

const mostPresses = 120;

/** Presses Tab until the focus is on what bears that name, or that role's description; a link, by its words. */
export async function pressTabTo(page: Page, name: string): Promise<void> {
  const seen: string[] = [];
  for (let presses = 0; presses < mostPresses; presses++) {
    await page.keyboard.press('Tab');
    const found = (await page.evaluate(
      `(() => {
        const { ariaLabel, ariaRoleDescription, textContent } = document.activeElement;
        return [ariaLabel, ariaRoleDescription, textContent?.trim()].filter(Boolean);
      })()`,
    )) as string[];
    if (found.some((one) => one === name || one.startsWith(name))) return;
    seen.push(found[0]?.slice(0, 40) ?? '');
  }
  throw new Error(`${mostPresses} presses of Tab do not lead to “${name}”, but to: ${seen.join(' | ')}`);
}
