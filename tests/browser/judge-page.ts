/** What axe-core finds on a page against WCAG 2.2 AA. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** What it finds, in lines. */
export async function judgePage(page: Page): Promise<string[]> {
  // By the debugger's protocol, which a page's policy does not bind.
  await page.evaluate(axe);
  const violations = (await page.evaluate(
    `axe.run(document, { runOnly: ${JSON.stringify(standards)}, resultTypes: ['violations'] }).then((found) => found.violations)`,
  )) as Violation[];
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`),
  );
}

/** By how many pixels a page is wider than its window. */
export async function measureOverflow(page: Page): Promise<number> {
  return page.evaluate(
    `Math.max(...[document.documentElement, document.querySelector('main')].map((one) => one.scrollWidth - one.clientWidth))`,
  );
}
