/**
 * Loads the code of a page when it is gone to. While the server is away it is tried again until it is there, so that
 * nobody is left with the browser's own error page; where the server has a newer application by now, whose files have
 * other names, this one is loaded anew.
 */
import { lazyRouteComponent } from '@tanstack/react-router';

const firstRetryMs = 250;
const longestRetryMs = 2_000;
/** Within so long of one another two loads of a page that is not there are no newer application. In ms. */
const reloadAgainMs = 30_000;
const reloadedKey = 'gantry-reloaded';

/** A route's component that is loaded with its page. */
export const lazyPage: typeof lazyRouteComponent = (load, name) =>
  lazyRouteComponent(() => loadPage(load), name);

export async function loadPage<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch {
    // Most likely the server is away.
  }
  for (let wait = firstRetryMs; ; wait = Math.min(2 * wait, longestRetryMs)) {
    const isThere = await isServerThere();
    try {
      await loadStylesAgain();
      return await load();
    } catch (error) {
      if (isThere) return loadAnew(error);
    }
    await new Promise((resume) => setTimeout(resume, wait));
  }
}

/** Styles whose loading failed are taken for loaded by what loads them. */
async function loadStylesAgain(): Promise<void> {
  const links = [...document.querySelectorAll<HTMLLinkElement>('link[rel="stylesheet"]')];
  await Promise.all(
    links.filter(hasFailed).map(
      (link) =>
        new Promise((resolve, reject) => {
          const again = link.cloneNode() as HTMLLinkElement;
          again.onload = resolve;
          again.onerror = () => reject(new Error(`${again.href} cannot be loaded.`));
          link.replaceWith(again);
        }),
    ),
  );
}

/** Some browsers give a link that failed a sheet, which cannot be read. */
function hasFailed({ sheet }: HTMLLinkElement): boolean {
  try {
    return sheet === null || sheet.cssRules.length === 0;
  } catch {
    return true;
  }
}

async function isServerThere(): Promise<boolean> {
  try {
    const { ok } = await fetch('/icon.svg', { cache: 'no-store' });
    return ok;
  } catch {
    return false;
  }
}

/** Never returns, unless that was done a moment ago and did not help. */
function loadAnew(error: unknown): Promise<never> {
  const last = Number(sessionStorage.getItem(reloadedKey) ?? 0);
  if (Date.now() - last < reloadAgainMs) throw error;
  sessionStorage.setItem(reloadedKey, String(Date.now()));
  window.location.reload();
  return new Promise(() => {});
}
