/**
 * Whether a folder lies on a file system that other hosts write to: of what they do the kernel here sends no events.
 */
import { statfs } from 'node:fs/promises';

/** File system types of Linux, from `linux/magic.h` and the manual page statfs(2). */
const networkTypes = new Set([
  0x6969, // NFS
  0x517b, // SMB
  0xff534d42, // CIFS
  0xfe534d42, // SMB 2 and later
  0x65735546, // FUSE: sshfs, and much else that may be far away
  0x01021997, // 9P
  0x00c36400, // Ceph
  0x5346414f, // AFS
  0x0bd00bd0, // Lustre
  0x47504653, // GPFS
  0x19830326, // BeeGFS
]);

/** False, too, where it cannot be told: a scan comes anyway, only later. */
export async function isNetworkFolder(folder: string): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  try {
    const { type } = await statfs(folder);
    return networkTypes.has(type >>> 0);
  } catch {
    // The folder's own trouble is told by the scan.
    return false;
  }
}
