/** How long a browser keeps what was made of a file: for good where the address names the file's version. */

export function etagOf(version: string): string {
  return `"${version}"`;
}

/**
 * `cache-control` of an answer. An address that names the version always has the same answer; one that names another
 * is not to be kept at all; without one the server is asked each time.
 */
export function cacheFor(asked: string | undefined, version: string): string {
  if (asked === undefined) return 'private, no-cache';
  return asked === version ? 'private, max-age=31536000, immutable' : 'no-store';
}
