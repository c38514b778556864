/** The volume that a folder lies on. */
import { statfs } from 'node:fs/promises';

export interface VolumeSize {
  /** Bytes that this process may still fill. */
  readonly free: number;
  /** Bytes in all. */
  readonly size: number;
}

/** @throws Error as `statfs` does, where the folder is gone */
export async function measureVolume(folder: string): Promise<VolumeSize> {
  const { bavail, blocks, bsize } = await statfs(folder);
  return { free: bavail * bsize, size: blocks * bsize };
}
