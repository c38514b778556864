/**
 * Relative paths that stay below their folder, on any system. Joining and opening them is left to storage.
 */

/** True for a relative path, with `/` between its parts, that stays below its folder on any system. */
export function isInnerPath(path: string): boolean {
  if (path.includes('\\') || path.includes('\0') || /^[A-Za-z]:/.test(path)) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}
