/**
 * Lets few pictures be loaded at the same time, the newest wish first: whoever scrolls through thousands of them wants
 * those that are seen now, and a browser has six connections to a server for all that a page asks for.
 */

const mostAtOnce = 3;

interface Wish {
  readonly grant: () => void;
}

const waiting: Wish[] = [];
let loading = 0;

/**
 * Calls `grant` when the picture may be loaded.
 * @returns to be called once it has loaded or failed, or is wanted no more
 */
export function wishPicture(grant: () => void): () => void {
  const wish: Wish = { grant };
  waiting.push(wish);
  // Those that are wanted together are granted together, and not in the midst of rendering.
  queueMicrotask(next);
  let ended = false;
  return () => {
    if (ended) return;
    ended = true;
    const index = waiting.indexOf(wish);
    if (index >= 0) waiting.splice(index, 1);
    else loading -= 1;
    next();
  };
}

function next(): void {
  while (loading < mostAtOnce) {
    const wish = waiting.pop();
    if (wish === undefined) return;
    loading += 1;
    wish.grant();
  }
}
