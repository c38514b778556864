/**
 * Debian's Chromium for tests: one process per test file, a page of its own per test, and what the page said where a
 * test fails.
 */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { chromiumPath, hasChromium, launchChromium } from '../../scripts/chromium.ts';

/** True where tests in a browser can run. */
export { hasChromium } from '../../scripts/chromium.ts';
if (!hasChromium) console.warn(`SKIPPED: there is no ${chromiumPath}; Debian has it as chromium.`);

export interface TestBrowser {
  /** A page that shares nothing with any other. */
  openPage(options?: BrowserContextOptions): Promise<Page>;
  /** What went wrong in the pages so far: errors of scripts, and of their policy. */
  readonly faults: readonly string[];
}

/** Call it at the top of a test file. */
export function testBrowser(): TestBrowser {
  let browser: Browser | undefined;
  const faults: string[] = [];
  beforeAll(async () => {
    if (!hasChromium) return;
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());
  return {
    faults,
    async openPage(options = {}) {
      if (browser === undefined) throw new Error('The browser is there from `beforeAll` on, not before.');
      const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
      const page = await context.newPage();
      page.setDefaultTimeout(15_000);
      page.on('pageerror', (error) => faults.push(error.message));
      page.on('console', (message) => {
        // A server that is away is no fault of the page's.
        const expected = /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|Failed to load resource/.test(
          message.text(),
        );
        if (message.type() === 'error' && !expected) faults.push(message.text());
      });
      return page;
    },
  };
}
