/**
 * Names that programs give to files they have not finished: such a file is renamed when it is whole.
 */

const endings = ['.tmp', '.temp', '.part', '.partial', '.filepart', '.crdownload', '.swp', '~'];

/** True for hidden names, and for those that end like a file in the making, in whatever case. */
export function isTemporaryName(name: string): boolean {
  const lower = name.toLowerCase();
  return lower.startsWith('.') || lower.startsWith('~') || endings.some((ending) => lower.endsWith(ending));
}
