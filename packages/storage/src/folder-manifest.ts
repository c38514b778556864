/**
 * What the checksum of a folder is taken of: a line per file, and per empty folder, sorted by the bytes of the paths.
 * It imports nothing but Node, as threads load it. Listing and reading are left to others.
 */

/** @param path below the folder, with `/` between its parts @param checksum 64 hexadecimal digits */
export function manifestLine(path: string, checksum: string, size: number): string {
  // Quoted, so that a newline in a name cannot forge a line.
  return `${checksum} ${size} ${JSON.stringify(path)}\n`;
}

/** @param path with a `/` at its end */
export function emptyFolderLine(path: string): string {
  return `- - ${JSON.stringify(path)}\n`;
}

export function sortPaths(paths: readonly string[]): string[] {
  return paths.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}
